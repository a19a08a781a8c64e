definition-title = Définitions
definition-about = Une définition dit quelles variables comporte un enregistrement d’un projet, et ce qu’elles peuvent contenir. Une nouvelle version d’un projet est un classeur que l’on ajoute ici.
definition-titled = Intitulé
definition-count = Variables
definition-none = Il n’y a aucune définition. Ajoutez le classeur d’un projet.
definition-add = Ajouter une définition
definition-file = Classeur (.xlsx)
definition-file-hint = Un classeur XLSForm tel que healthdata.be le publie.
definition-problems = Ce qui ne va pas dans le classeur
definition-compare = Comparer avec la version { $version }
definition-variable = Variable
definition-label = Libellé
definition-kind = Type
definition-required = Obligatoire
definition-required-always = Toujours
definition-required-never = Non
definition-required-sometimes = Dans certains cas
definition-required-asked = Lorsqu’elle est demandée
definition-rules = Règles
definition-leaves = Vers healthdata.be
definition-key = Clé métier
definition-identifies = Identifie le patient
definition-choices = { $count ->
    [one] Un code
   *[other] { $count } codes
}
definition-enrolment = Seuls les enregistrements des médecins participants quittent l’hôpital.
definition-difference = { $name } : version { $to } comparée à { $from }
definition-no-difference = Rien ne diffère : paramètres, variables, règles, textes et codes sont les mêmes, dans le même ordre.
definition-kind-added = Nouvelle
definition-kind-removed = Supprimée
definition-kind-changed = Modifiée
definition-code-column = Code
definition-what = Quoi
definition-before = Avant
definition-after = Après
definition-fact-label = Libellé
definition-fact-hint = Texte d’aide
definition-fact-kind = Type
definition-fact-required = Obligatoire
definition-fact-key = Clé métier
definition-fact-format = Chiffres
definition-fact-default = Valeur par défaut
definition-fact-relevant = Demandée lorsque
definition-fact-constraint = Doit remplir
definition-fact-calculation = Calculé comme
definition-fact-filter = Choix proposés si
definition-fact-leaves = Vers healthdata.be
definition-fact-required-when = Obligatoire lorsque
definition-fact-appearance = Apparence
definition-fact-constraint-message = Message si la règle n’est pas respectée
definition-fact-required-message = Message s’il n’y a pas de réponse
definition-fact-guidance = Aide complémentaire
definition-fact-language = Langue
definition-fact-enrolment = Seulement les médecins participants
definition-fact-title = Intitulé
definition-fact-system = Système de codage
definition-fact-technical = Nom technique
definition-fact-parameters = Paramètres
definition-fact-project = Projet
definition-fact-read-only = Non modifiable dans un formulaire
definition-fact-count = Nombre de fois
definition-fact-inside = Se trouve dans
definition-fact-after = Vient après
definition-fact-in = { $what } ({ $language })
definition-in-en = anglais
definition-in-fr = français
definition-in-nl = néerlandais
definition-what-group = Groupe
definition-what-repeat = Répétition
definition-what-note = Note
definition-says = Détails
definition-part-settings = L’ensemble
definition-part-rows = Variables, groupes et notes
definition-part-lists = Listes de codes
definition-list-users = Utilisée par { $names }
definition-list-users-more = { $count ->
    [one] Utilisée par { $names } et une autre
   *[other] Utilisée par { $names } et { $count } autres
}
definition-list-reordered = Les codes communs aux deux versions sont dans un autre ordre.
definition-list-packaged = Vient maintenant de l’application, auparavant du classeur.
definition-list-own = Vient maintenant du classeur, auparavant de l’application.
definition-codes-added = { $count ->
    [one] Un nouveau code
   *[other] { $count } nouveaux codes
}
definition-codes-changed = { $count ->
    [one] Un code modifié
   *[other] { $count } codes modifiés
}
definition-codes-removed = { $count ->
    [one] Un code supprimé
   *[other] { $count } codes supprimés
}
definition-codes-more = { $count ->
    [one] Et un autre.
   *[other] Et { $count } autres.
}
done-definition-added = La définition a été ajoutée et peut être utilisée immédiatement.
done-definition-known = Cette définition existait déjà.
definition-column-name = Nom
definition-column-project = Projet
definition-column-version = Version
definition-notices = Remarques sur le classeur
definition-notices-about = La définition peut être utilisée telle quelle. Son auteur peut corriger le classeur et lui donner une nouvelle version : rectifier les noms de ce qui est ignoré mais devait avoir un effet, ou mettre « _ » ou « # » devant un nom qui peut être ignoré.
