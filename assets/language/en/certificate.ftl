# Checks on a PKCS#12 store. The identifier is the finding's code.
certificate-acceptance = This certificate comes from eHealth's acceptance environment and does not count in production. Hand in the file that eHealth issued for production.
certificate-alias = The encryption entry is not named after its serial number {$serial}. Nothing is wrong here, but other eHealth software may not find the key.
certificate-authentication-missing = None of the keys in this file can sign. Hand in the file exactly as eHealth's certificate manager wrote it, with the authentication key and the encryption key.
certificate-authentication-several = This file holds more than one authentication key, so it is not clear which one counts. Hand in the file exactly as eHealth's certificate manager wrote it.
certificate-check-digits = The number {$kind} {$number} in the certificate does not satisfy its check-digit rule. Compare it with your organisation's number.
certificate-client-authentication = The authentication certificate does not mention client authentication among its purposes. A receiver may refuse the connection; if so, ask eHealth for a certificate for client authentication.
certificate-damaged = The password is right, but what is inside the file is damaged. Copy the file again from where eHealth's certificate manager saved it.
certificate-encryption-missing = This file holds no encryption key. Finish the request in eHealth's certificate manager, which adds it, and hand in the new file.
certificate-encryption-not-signed = The encryption certificate was not signed with the authentication key of this file. Hand in the file exactly as eHealth's certificate manager wrote it; entries of two files cannot be mixed.
certificate-encryption-other-holder = The encryption certificate does not belong to the authentication certificate: they have different holders. Hand in a file whose keys were made in one request.
certificate-expired = The certificate expired on {$date}. An expired one cannot be renewed: the person who manages certificates in your organisation must ask eHealth for a new one, which can take ten days.
certificate-expiring = The certificate expires on {$date}, in {$days ->
    [one] {$days} day
   *[other] {$days} days
}. Renew it now with eHealth's certificate manager: once expired it must be asked for anew.
certificate-issuer-expired = The authority {$issuer} that issued the certificate has expired. Ask eHealth for a certificate from its present authority.
certificate-iterations = Opening this file would take far more computing than any eHealth file needs, so it was not opened. Hand in the file exactly as eHealth's certificate manager wrote it.
certificate-key-encipherment = The authentication certificate does not allow key encipherment. That is usual for elliptic-curve keys and does not matter here, but older receivers may refuse it.
certificate-key-kind = The key of the certificate with serial number {$serial} is of a kind that is not supported. Signing keys must be RSA of at least 2048 bits, P-256 or P-384; encryption keys must be RSA of at least 2048 bits. Ask eHealth for a new certificate.
certificate-key-mismatch = The private key of the certificate with serial number {$serial} does not belong to it. Hand in the file exactly as eHealth's certificate manager wrote it.
certificate-key-unused = The file holds a key that is neither for authentication nor for encryption. It is left out.
certificate-key-without-certificate = The file holds a private key without its certificate. Hand in the file exactly as eHealth's certificate manager wrote it.
certificate-no-anchors = No trusted authority for certificates is set up, so nothing can be checked. The administrator of this appliance must name eHealth's authorities in the configuration.
certificate-no-holder = The certificate does not say which organisation it belongs to. Only certificates that eHealth issued to an organisation can be used.
certificate-no-mac = The file has no integrity check, so nothing proves the password. Hand in the file exactly as eHealth's certificate manager wrote it.
certificate-not-pkcs12 = This is not a PKCS#12 file. Choose the file whose name ends in .p12 that eHealth's certificate manager saved.
certificate-not-yet-valid = The certificate is valid only from {$date}. Hand it in again on that day, and check that this machine's clock is right.
certificate-old-key-kind = The older encryption key with serial number {$serial} is of a kind that is not supported and is left out. Messages sealed for it cannot be opened here.
certificate-other-organisation = The certificate belongs to {$kind} {$number}, not to {$organisation} ({$nihdi}). Hand in that organisation's own file, or ask a User Manager to correct the organisation's numbers.
certificate-password = The password does not match this file. Type the password that was chosen in eHealth's certificate manager; capitals and accents count.
certificate-password-empty = The file has no password, so whoever copies it can use it. Delete the copies that are not needed, or give it a password in eHealth's certificate manager.
certificate-request-pending = The certificate request is not completed: eHealth has not answered it yet. Open eHealth's certificate manager, complete the request, and hand in the file that it then saves.
certificate-too-large = The file is larger than {$limit} KiB, so it cannot be a certificate file. Choose the file whose name ends in .p12.
certificate-truncated = The file ends too early: it was not copied completely. Copy it again from where eHealth's certificate manager saved it.
certificate-two-keys-expected = Two keys are expected, one for authentication and one for encryption. Finish the request in eHealth's certificate manager, which adds the second, and hand in the new file.
certificate-unsupported = The file was made with an algorithm that eHealth files do not use. Hand in the file exactly as eHealth's certificate manager wrote it.
certificate-untrusted = The certificate was issued by {$issuer}, which is not a trusted authority here. Only certificates from eHealth count; if this one does, the administrator of this appliance must add the authority to the configuration.

# The steps of a check.
certificate-step-chain = Issued by an authority that is trusted
certificate-step-holder = The encryption certificate belongs to the authentication certificate
certificate-step-keys = One authentication key and an encryption key, each with its certificate
certificate-step-open = Opened with the password
certificate-step-organisation = Belongs to the organisation
certificate-step-read = Is a PKCS#12 file
certificate-step-validity = Valid today

# The files with trusted authorities.
certificate-anchor-not-pem = {$file} holds no certificate in PEM form. The administrator must name files with the certificates of the trusted authorities.
certificate-anchor-unreadable = {$file}, which should hold the certificates of trusted authorities, could not be read. The administrator must check that it is there and that the service may read it.

# The certificate of this installation's own server.
server-certificate-chain = The certificate of { $name } does not belong to the chain of the server certificate. Hand in the server certificate, its intermediate authorities and nothing else.
server-certificate-expired = The certificate of { $name } expired on { $date }. Ask the authority that issued it for a new one.
server-certificate-key-differs = None of the certificates belongs to this private key. Hand in the certificate that was issued for it.
server-certificate-key-encrypted = The private key is encrypted with a password. Hand in a PKCS#12 file with its password, or the key without encryption; it is encrypted again as soon as it is here.
server-certificate-key-kind = The private key is of a kind that servers cannot use. Use one of the curves P-256 or P-384, or let this installation make the key and a request.
server-certificate-names = The certificate is for none of the names of this installation: { $names }. Ask for one with these names, or add its names to the setting names of the portal.
server-certificate-no-key = There is no private key in what was handed in. Hand in the key in PEM form or a PKCS#12 file that holds it.
server-certificate-no-request = No certificate request is waiting for an answer. Make a request first, have it signed, and then hand in the certificate.
server-certificate-not-yet-valid = The certificate of { $name } is valid only from { $date }. Hand it in again on that day, and check that this machine’s clock is right.
server-certificate-password = The password does not match this PKCS#12 file. Type the password with which it was made; capitals and accents count.
server-certificate-purpose = The certificate may not be used for a server. Ask its authority for one for server authentication.
server-certificate-unreadable = No certificate can be read from what was handed in. Hand in certificates in PEM form or a PKCS#12 file.
