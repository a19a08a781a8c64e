# Sealing.
transfer-recipient-certificate = The encryption certificate of the receiver cannot be used: it must be one certificate in PEM form with an RSA key of at least 2048 bits for encrypting keys. The administrator of this appliance must put the right file in the configuration.
transfer-recipient-expired = The encryption certificate of the receiver expired on {$date}, so nothing can be sealed for it. The administrator of this appliance must ask the receiver for its present certificate and put it in the configuration.
transfer-signer-expired = The certificate of the organisation is not valid now; it ends on {$date}. A Certificate Manager of the organisation must hand in a renewed one; what waits is then sent by itself.
