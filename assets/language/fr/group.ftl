home-title = À traiter
home-well = Rien à signaler
home-certificate-none = Pas de certificat valable
home-certificate-expiring = Le certificat expire dans { $count ->
    [one] un jour
   *[other] { $count } jours
}
home-parked = { $count ->
    [one] Une livraison en attente d’intervention
   *[other] { $count } livraisons en attente d’intervention
}
home-rejected = { $count ->
    [one] Une ligne rejetée à corriger : { $definition }
   *[other] { $count } lignes rejetées à corriger : { $definition }
}
home-held = { $count ->
    [one] Un enregistrement est retenu
   *[other] { $count } enregistrements sont retenus
}
home-refused = { $count ->
    [one] healthdata.be a refusé un enregistrement
   *[other] healthdata.be a refusé { $count } enregistrements
}
home-do-upload = Envoyer un fichier
home-do-certificate = Ajouter un certificat
home-do-member = Ajouter un membre
home-do-enrolment = Médecins participants
home-do-group = Ajouter un groupe
home-more = { $count ->
    [one] Encore un groupe
   *[other] Encore { $count } groupes
}
home-empty = Il n’y a pas encore de groupe pour vous. Un User Manager ajoute les groupes et vous y attribue des rôles.
group-add = Ajouter un groupe
group-create = Créer le fournisseur de données
group-edit = Modifier le groupe
group-title = Intitulé
group-nihdi-hint = Huit chiffres, dont les deux derniers sont des chiffres de contrôle ; les formes plus longues sont acceptées aussi.
group-nihdi-wrong = Ceci n’est pas un numéro INAMI d’organisation : les chiffres de contrôle ne correspondent pas. Comparez-le à un courrier de l’INAMI.
group-number-wrong = L’un de ces numéros est incomplet, ou ses chiffres de contrôle ne correspondent pas.
group-numbers-hint = Un certificat peut porter l’un de ces numéros. Séparez-les par des espaces.
group-cbe = Numéros d’entreprise (BCE)
group-ehp = Numéros de partenaire eHealth (EHP)
group-message = Message du journal des révisions
group-message-hint = La raison de cette modification ; les autres la liront parmi les révisions.
group-state = État
group-active = Actif
group-inactive = Désactivé
group-inactive-about = Ce groupe est désactivé : ses membres n’y ont plus accès, et rien n’est importé ni livré pour lui.
group-your-roles = Vos rôles
group-search = Intitulé ou numéro
group-none-found = Aucun groupe ne porte cet intitulé ou ce numéro.
group-facts = À propos de ce groupe
group-certificate = Certificat
group-certificate-none = Aucun qui soit valable
group-certificate-good = Valable
group-certificate-days = Expire dans { $count ->
    [one] un jour
   *[other] { $count } jours
}
group-factor = Deuxième facteur
group-factor-required = Exigé de tous les membres
group-factor-optional = Au choix de chaque membre
group-factor-require = Exiger un deuxième facteur
group-factor-release = Ne plus exiger de deuxième facteur
group-manage = Gérer
group-deactivate = Désactiver
group-reactivate = Réactiver
group-deactivate-about = La désactivation ne supprime rien. Ce qui attend sera livré une fois le groupe réactivé.
group-no-registrations = Aucun pour l’instant. Ils viendront avec le premier envoi.
group-revisions = Révisions
group-revision = Révision
group-no-revisions = Rien n’a été modifié depuis l’ajout du groupe.
group-when = Quand
group-who = Par qui
state-open = Brouillon
state-submitted = Soumis
state-held = Retenu
state-queued = En file
state-sent = Envoyé
state-consolidated = Consolidé
state-refused = Refusé
state-superseded = Remplacé
state-withdrawn = Retiré
done-group-saved = Le groupe a été enregistré.
done-group-deactivated = Le groupe a été désactivé.
done-group-reactivated = Le groupe a été réactivé.
matrix-title = Rôles et permissions
matrix-about = Une personne peut avoir plusieurs rôles, différents d’un groupe à l’autre. Le rôle de User Manager vaut pour toute l’installation.
matrix-roles = Rôles
matrix-caption = Ce que permet chaque rôle
matrix-permission = Permission
matrix-yes = Oui
matrix-no = Non
home-drop-folder = Le dossier de dépôt demande l’informatique : des fichiers y restent, ou des résultats manquent
