# Scellement.
transfer-recipient-certificate = Le certificat de chiffrement du destinataire n’est pas utilisable : il faut un seul certificat au format PEM, avec une clé RSA d’au moins 2048 bits pour le chiffrement de clés. L’administrateur de cet appareil doit indiquer le bon fichier dans la configuration.
transfer-recipient-expired = Le certificat de chiffrement du destinataire a expiré le {$date} ; rien ne peut donc être scellé pour lui. L’administrateur de cet appareil doit demander au destinataire son certificat actuel et l’indiquer dans la configuration.
transfer-signer-expired = Le certificat de l’organisation n’est pas valable en ce moment ; il se termine le {$date}. Un gestionnaire de certificats de l’organisation doit fournir un certificat renouvelé ; ce qui attend part ensuite de lui-même.

# Pourquoi une requête est restée sans réponse.
delivery-reason-connect = Le service n’a pas pu être joint : rien ne répond à son adresse, ou un pare-feu refuse. L’équipe réseau doit ouvrir l’accès à l’hôte et au port du service ; l’envoi est retenté de lui-même.
delivery-reason-dns = Le nom du service n’est pas connu ici. L’équipe réseau doit permettre à cette machine de résoudre ce nom, ou l’administrateur doit corriger l’adresse dans la configuration ; l’envoi est retenté de lui-même.
delivery-reason-protocol = Ce qui est revenu n’est pas une réponse du service. Un intermédiaire, ou une mauvaise adresse, répond à sa place : l’administrateur doit vérifier l’adresse, et l’équipe réseau ce qui se trouve entre les deux.
delivery-reason-proxy = Le proxy n’a pas pu être joint. L’administrateur doit vérifier son adresse dans la configuration, et l’équipe réseau qu’il fonctionne et accepte cette machine ; l’envoi est retenté de lui-même.
delivery-reason-proxy-login = Le proxy demande un nom d’utilisateur et un mot de passe, ou d’autres que ceux configurés. L’administrateur doit mettre les bons dans l’adresse du proxy, dans la configuration.
delivery-reason-proxy-refused = Le proxy ne transmet pas la connexion au service. L’équipe réseau doit autoriser l’hôte et le port du service sur le proxy ; l’envoi est retenté de lui-même.
delivery-reason-reset = La connexion a été coupée avant l’arrivée de la réponse. En général cela passe et l’envoi est retenté de lui-même ; si cela persiste, l’équipe réseau doit vérifier les pare-feu et l’inspection du trafic vers le service.
delivery-reason-timeout-answer = Le service a reçu la requête mais n’a pas répondu à temps. En général cela passe et l’envoi est retenté de lui-même ; si cela persiste, adressez-vous au service d’assistance du destinataire.
delivery-reason-timeout-connect = Le service n’a pas répondu à temps à la connexion ; un pare-feu ignore peut-être la tentative sans rien dire. L’équipe réseau doit ouvrir l’accès à l’hôte et au port du service ; l’envoi est retenté de lui-même.
delivery-reason-timeout-send = La requête n’a pas pu être envoyée à temps : la connexion est trop lente ou bloquée. Elle est retentée d’elle-même ; si cela persiste, l’équipe réseau doit vérifier la ligne, ou l’administrateur doit accorder plus de temps dans la configuration.
delivery-reason-timeout-tls = La connexion est établie, mais le chiffrement n’a pas été convenu à temps ; un équipement qui inspecte le trafic le retient peut-être. L’équipe réseau doit en exempter l’hôte du service ; l’envoi est retenté de lui-même.
delivery-reason-tls = Aucune connexion chiffrée n’a pu être convenue. L’administrateur doit vérifier que l’adresse est bien celle du service, et l’équipe réseau que rien ne modifie le trafic en chemin.
delivery-reason-tls-client-refused = Le service a refusé le certificat de l’organisation. Un gestionnaire de certificats doit vérifier qu’il est encore valable et que c’est bien celui enregistré auprès du service, et fournir le bon ; l’envoi reprend ensuite de lui-même.
delivery-reason-tls-expired = Le certificat du service n’est pas valable aujourd’hui. Si l’horloge de cette machine est à l’heure, le service doit renouveler son certificat : prévenez son service d’assistance ; l’envoi est retenté de lui-même.
delivery-reason-tls-name = Le certificat qui a répondu appartient à un autre nom que celui configuré. L’administrateur doit vérifier l’adresse du service, et l’équipe réseau que rien ne répond à sa place.
delivery-reason-tls-untrusted = Le certificat qui a répondu ne provient pas d’une autorité configurée pour ce service. Souvent, un équipement qui inspecte le trafic répond à sa place : l’équipe réseau doit en exempter l’hôte du service. Sinon, l’administrateur doit configurer l’autorité actuelle du service.
delivery-reason-too-large = La réponse est plus grande que toute réponse du service. Un intermédiaire, ou une mauvaise adresse, répond à sa place : l’administrateur doit vérifier l’adresse, et l’équipe réseau ce qui se trouve entre les deux.

# La configuration des services.
transfer-anchors = Aucune autorité utilisable n’est configurée pour {$host}. L’administrateur doit indiquer des fichiers PEM avec les autorités dont provient son certificat.
transfer-proxy-url = L’adresse du proxy n’est pas utilisable. Elle doit avoir la forme http://hôte:port ou http://utilisateur:motdepasse@hôte:port, les signes spéciaux étant encodés avec des pour cent. L’administrateur doit la corriger dans la configuration.
transfer-service-url = L’adresse {$url} d’un service n’est pas utilisable. Elle doit avoir la forme https://hôte, https://hôte:port ou https://hôte:port/chemin. L’administrateur doit la corriger dans la configuration.

# The queue.
queue-alert = ! { $subject }, depuis { $since } : { $reason }
queue-next = Prochain essai : { $at }
queue-parked = { $count } envois sont retenus jusqu’à ce que quelqu’un les relance.
queue-column-delivery = envoi
queue-column-state = état
queue-column-service = service
queue-column-organisation = organisation
queue-column-count = lignes
queue-column-attempts = essais
queue-column-since = depuis
queue-column-next = prochain essai
queue-column-reason = raison
delivery-state-queued = en attente
delivery-state-sent = accusé de réception
delivery-state-parked = mis de côté
delivery-state-dissolved = dissous
attempt-outcome-receipted = accusé de réception
attempt-outcome-again = échec, nouvel essai
attempt-outcome-waits = attend
attempt-outcome-parked = mis de côté
attempt-outcome-retry = relancé par
attempt-outcome-park = mis de côté par
delivery-reason-certificate-unusable = Le certificat conservé de l’organisation est inutilisable. Un gestionnaire de certificats doit le remettre ; relancez ensuite l’envoi.
delivery-reason-clock-skew = L’horloge de cette machine et celle du service diffèrent de plus d’une minute. L’administrateur doit vérifier que cette machine reçoit l’heure d’un serveur de temps.
delivery-reason-recipient-expired = Le certificat de chiffrement de la plateforme a expiré : plus rien ne peut être scellé. L’administrateur doit demander à healthdata.be le certificat actuel et l’indiquer dans la configuration.
delivery-reason-sealing-failed = Des enregistrements de l’organisation n’ont pas pu être scellés ; le journal en donne la cause. Un nouvel essai suit automatiquement ; si cela persiste, appelez le centre de services.
