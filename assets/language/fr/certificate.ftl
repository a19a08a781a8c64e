# Contrôles d’un fichier PKCS#12. L’identifiant est le code du constat.
certificate-acceptance = Ce certificat provient de l’environnement d’acceptation d’eHealth et n’est pas valable en production. Fournissez le fichier qu’eHealth a délivré pour la production.
certificate-alias = L’entrée de chiffrement ne porte pas le nom de son numéro de série {$serial}. Rien n’est faux ici, mais d’autres logiciels eHealth pourraient ne pas trouver la clé.
certificate-authentication-missing = Aucune des clés de ce fichier ne peut signer. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré, avec la clé d’authentification et la clé de chiffrement.
certificate-authentication-several = Ce fichier contient plus d’une clé d’authentification ; on ne sait donc pas laquelle compte. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-check-digits = Le numéro {$kind} {$number} du certificat ne respecte pas sa règle de chiffres de contrôle. Comparez-le au numéro de votre organisation.
certificate-client-authentication = Le certificat d’authentification ne mentionne pas l’authentification du client parmi ses usages. Un destinataire pourrait refuser la connexion ; dans ce cas, demandez à eHealth un certificat pour l’authentification du client.
certificate-damaged = Le mot de passe est correct, mais le contenu du fichier est endommagé. Copiez-le à nouveau depuis l’endroit où le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-encryption-missing = Ce fichier ne contient pas de clé de chiffrement. Terminez la demande dans le gestionnaire de certificats d’eHealth, qui l’ajoute, et fournissez le nouveau fichier.
certificate-encryption-not-signed = Le certificat de chiffrement n’a pas été signé avec la clé d’authentification de ce fichier. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré ; on ne peut pas mélanger les entrées de deux fichiers.
certificate-encryption-other-holder = Le certificat de chiffrement n’appartient pas au certificat d’authentification : ils ont des titulaires différents. Fournissez un fichier dont les clés proviennent d’une seule demande.
certificate-expired = Le certificat a expiré le {$date}. Un certificat expiré ne peut pas être renouvelé : la personne qui gère les certificats de votre organisation doit en demander un nouveau à eHealth, ce qui peut prendre dix jours.
certificate-expiring = Le certificat expire le {$date}, dans {$days ->
    [one] {$days} jour
   *[other] {$days} jours
}. Renouvelez-le dès maintenant avec le gestionnaire de certificats d’eHealth : une fois expiré, il faut en demander un nouveau.
certificate-issuer-expired = L’autorité {$issuer} qui a délivré le certificat a expiré. Demandez à eHealth un certificat de son autorité actuelle.
certificate-iterations = Ouvrir ce fichier demanderait bien plus de calcul que n’importe quel fichier eHealth ; il n’a donc pas été ouvert. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-key-encipherment = Le certificat d’authentification n’autorise pas le chiffrement de clés. C’est habituel pour les clés à courbe elliptique et sans importance ici, mais d’anciens destinataires pourraient le refuser.
certificate-key-kind = La clé du certificat portant le numéro de série {$serial} est d’un type non pris en charge. Une clé de signature doit être RSA d’au moins 2048 bits, P-256 ou P-384 ; une clé de chiffrement doit être RSA d’au moins 2048 bits. Demandez un nouveau certificat à eHealth.
certificate-key-mismatch = La clé privée du certificat portant le numéro de série {$serial} ne lui appartient pas. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-key-unused = Le fichier contient une clé qui ne sert ni à l’authentification ni au chiffrement. Elle est laissée de côté.
certificate-key-without-certificate = Le fichier contient une clé privée sans son certificat. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-no-anchors = Aucune autorité de confiance n’est configurée ; rien ne peut donc être contrôlé. L’administrateur de cet appareil doit indiquer les autorités d’eHealth dans la configuration.
certificate-no-holder = Le certificat ne dit pas à quelle organisation il appartient. Seuls les certificats qu’eHealth a délivrés à une organisation peuvent être utilisés.
certificate-no-mac = Le fichier n’a pas de contrôle d’intégrité ; rien ne prouve donc le mot de passe. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-not-pkcs12 = Ceci n’est pas un fichier PKCS#12. Choisissez le fichier dont le nom se termine par .p12, enregistré par le gestionnaire de certificats d’eHealth.
certificate-not-yet-valid = Le certificat n’est valable qu’à partir du {$date}. Fournissez-le à nouveau ce jour-là, et vérifiez que l’horloge de cette machine est à l’heure.
certificate-old-key-kind = L’ancienne clé de chiffrement portant le numéro de série {$serial} est d’un type non pris en charge et est laissée de côté. Les messages scellés pour elle ne peuvent pas être ouverts ici.
certificate-other-organisation = Le certificat appartient à {$kind} {$number}, et non à {$organisation} ({$nihdi}). Fournissez le fichier de cette organisation, ou demandez à un gestionnaire d’utilisateurs de corriger les numéros de l’organisation.
certificate-password = Le mot de passe ne correspond pas à ce fichier. Tapez le mot de passe choisi dans le gestionnaire de certificats d’eHealth ; les majuscules et les accents comptent.
certificate-password-empty = Le fichier n’a pas de mot de passe : quiconque le copie peut l’utiliser. Supprimez les copies inutiles, ou donnez-lui un mot de passe dans le gestionnaire de certificats d’eHealth.
certificate-request-pending = La demande de certificat n’est pas terminée : eHealth n’y a pas encore répondu. Ouvrez le gestionnaire de certificats d’eHealth, terminez la demande, et fournissez le fichier qu’il enregistre alors.
certificate-too-large = Le fichier dépasse {$limit} Kio ; ce ne peut pas être un fichier de certificat. Choisissez le fichier dont le nom se termine par .p12.
certificate-truncated = Le fichier s’arrête trop tôt : il n’a pas été copié entièrement. Copiez-le à nouveau depuis l’endroit où le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-two-keys-expected = Deux clés sont attendues, une d’authentification et une de chiffrement. Terminez la demande dans le gestionnaire de certificats d’eHealth, qui ajoute la seconde, et fournissez le nouveau fichier.
certificate-unsupported = Le fichier a été créé avec un algorithme que les fichiers eHealth n’utilisent pas. Fournissez le fichier tel que le gestionnaire de certificats d’eHealth l’a enregistré.
certificate-untrusted = Le certificat a été délivré par {$issuer}, qui n’est pas une autorité de confiance ici. Seuls les certificats d’eHealth comptent ; si celui-ci en est un, l’administrateur de cet appareil doit ajouter l’autorité à la configuration.

# Les étapes d’un contrôle.
certificate-step-chain = Délivré par une autorité de confiance
certificate-step-holder = Le certificat de chiffrement appartient au certificat d’authentification
certificate-step-keys = Une clé d’authentification et une clé de chiffrement, chacune avec son certificat
certificate-step-open = Ouvert avec le mot de passe
certificate-step-organisation = Appartient à l’organisation
certificate-step-read = Est un fichier PKCS#12
certificate-step-validity = Valable aujourd’hui

# Les fichiers des autorités de confiance.
certificate-anchor-not-pem = {$file} ne contient aucun certificat au format PEM. L’administrateur doit indiquer des fichiers contenant les certificats des autorités de confiance.
certificate-anchor-unreadable = {$file}, qui doit contenir les certificats des autorités de confiance, n’a pas pu être lu. L’administrateur doit vérifier qu’il existe et que le service peut le lire.

# Le certificat du serveur de cette installation.
server-certificate-chain = Le certificat de { $name } ne fait pas partie de la chaîne du certificat du serveur. Remettez le certificat du serveur, ses autorités intermédiaires et rien d’autre.
server-certificate-expired = Le certificat de { $name } a expiré le { $date }. Demandez-en un nouveau à l’autorité qui l’a délivré.
server-certificate-key-differs = Aucun des certificats ne correspond à cette clé privée. Remettez le certificat délivré pour elle.
server-certificate-key-encrypted = La clé privée est chiffrée avec un mot de passe. Remettez un fichier PKCS#12 avec son mot de passe, ou la clé sans chiffrement ; elle est chiffrée de nouveau dès son arrivée.
server-certificate-key-kind = La clé privée est d’un type qu’un serveur ne peut pas utiliser. Prenez une clé des courbes P-256 ou P-384, ou laissez cette installation créer la clé et une demande.
server-certificate-names = Le certificat n’est valable pour aucun des noms de cette installation : { $names }. Demandez-en un avec ces noms, ou ajoutez ses noms au réglage names du portail.
server-certificate-no-key = Il n’y a pas de clé privée dans ce qui a été remis. Remettez la clé au format PEM ou un fichier PKCS#12 qui la contient.
server-certificate-no-request = Aucune demande de certificat n’attend de réponse. Créez d’abord une demande, faites-la signer, puis remettez le certificat.
server-certificate-not-yet-valid = Le certificat de { $name } n’est valable qu’à partir du { $date }. Remettez-le ce jour-là, et vérifiez l’horloge de cette machine.
server-certificate-password = Le mot de passe ne correspond pas à ce fichier PKCS#12. Tapez celui avec lequel il a été créé ; les majuscules et les accents comptent.
server-certificate-purpose = Le certificat ne peut pas servir à un serveur. Demandez à son autorité un certificat pour l’authentification de serveurs.
server-certificate-unreadable = Aucun certificat n’est lisible dans ce qui a été remis. Remettez des certificats au format PEM ou un fichier PKCS#12.
