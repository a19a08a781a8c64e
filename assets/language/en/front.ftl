front-address-forbidden = This program may not listen on { $address }. Ports below 1024 need a privilege: run it as the installed service, or choose a higher port.
front-address-taken = Another program already listens on { $address }. Stop that program or choose another port.
front-address-unusable = It is not possible to listen on { $address }. Check that the address belongs to this machine.
front-anchors-unusable = The trust anchors for client certificates cannot be used. Give a PEM file with at least one CA certificate.
front-certificate-unusable = The server certificate and its private key cannot be used. Check that they belong together and that the key is not encrypted.
front-silent = The server on { $address } does not answer. The service restarts it by itself; if this comes back, IT should look at the log.
