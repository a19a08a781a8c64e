health-title = État de santé
health-all-ok = Tout va bien
health-all-attention = Quelque chose demande de l’attention
health-all-failing = Quelque chose ne fonctionne pas
health-state-ok = Bien
health-state-attention = Attention
health-state-failing = En échec
health-check = Contrôle
health-state = État
health-figure = Chiffre
health-todo = Que faire
health-nothing = Rien
health-database = La base de données peut être lue
health-database-do = Redémarrez le service. Si cela n’aide pas, le service informatique doit consulter le journal et remettre une sauvegarde.
health-writable = La base de données peut être écrite
health-writable-do = Le service informatique doit rendre le répertoire de données et la base de données accessibles en écriture à l’utilisateur du service.
health-disk = Espace sur le disque
health-disk-do = Le service informatique doit libérer ou ajouter de l’espace là où se trouve le répertoire de données ; sans espace, rien n’est reçu et rien n’est envoyé.
health-services = Les services sont réglés
health-services-do = L’administrateur de cette machine doit indiquer les adresses du tiers de confiance et de la plateforme dans hd4dp.toml et redémarrer le service. D’ici là, rien n’est envoyé.
health-queue = Ce qui attend est envoyé
health-queue-do = Des livraisons sont dues depuis un moment et rien n’est tenté. Redémarrez le service ; si cela n’aide pas, envoyez le texte de la page Assistance au service d’assistance.
health-queued = Livraisons en attente
health-queued-do = Rien.
health-parked = Aucune livraison n’est mise de côté
health-parked-do = Ouvrez la file d’attente des groupes : chaque livraison mise de côté dit pourquoi, et peut y être relancée une fois la cause levée.
health-certificates = Chaque groupe a un certificat valable
health-certificates-do = Les Certificate Managers des groupes qui n’en ont pas doivent l’ajouter ; d’ici là, leurs enregistrements sont retenus.
health-certificates-ending = Aucun certificat ne se termine bientôt
health-certificates-ending-do = Les Certificate Managers doivent le renouveler dans le gestionnaire de certificats d’eHealth : un certificat expiré ne peut plus l’être.
health-clock = Les horloges concordent
health-clock-do = Le service informatique doit vérifier que cette machine reçoit l’heure d’un serveur de temps.
health-server-certificate = Le certificat du portail
health-server-certificate-do = Un User Manager doit en apporter un nouveau dans les paramètres, ou revenir à l’autorité propre à cette installation.
health-unit-free_mebibytes = Mio libres
health-unit-waiting_seconds = { $count ->
    [one] seconde d’attente
   *[other] secondes d’attente
}
health-unit-deliveries = { $count ->
    [one] livraison
   *[other] livraisons
}
health-unit-missing = sans certificat
health-unit-days = { $count ->
    [one] jour restant
   *[other] jours restants
}
health-unit-services = { $count ->
    [one] service
   *[other] services
}
health-alerts = Ce qui ne va pas maintenant
health-no-alerts = Rien.
health-since = depuis le
health-machines = Pour la surveillance : un document JSON sans noms, et le statut 503 en cas d’échec, à l’adresse
health-drop-folder = Le dossier de dépôt est utilisable
health-drop-folder-do = L’informatique doit corriger ce qui est dit ci-dessous ou dans le journal : le chemin, le partage, les droits.
