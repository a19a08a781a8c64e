front-address-forbidden = Ce programme ne peut pas écouter sur { $address }. Les ports inférieurs à 1024 exigent un privilège : lancez-le comme service installé ou choisissez un port plus élevé.
front-address-taken = Un autre programme écoute déjà sur { $address }. Arrêtez ce programme ou choisissez un autre port.
front-address-unusable = Impossible d’écouter sur { $address }. Vérifiez que cette adresse appartient à cette machine.
front-anchors-unusable = Les ancres de confiance pour les certificats des clients sont inutilisables. Donnez un fichier PEM contenant au moins un certificat d’autorité.
front-certificate-unusable = Le certificat du serveur et sa clé privée sont inutilisables. Vérifiez qu’ils vont ensemble et que la clé n’est pas chiffrée.
front-silent = Le serveur sur { $address } ne répond pas. Le service le redémarre de lui-même ; si cela se reproduit, l’informatique doit consulter le journal.
