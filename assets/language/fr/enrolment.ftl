list-projects = Projets
list-no-project = Il n’y a pas de projet pour vous ici. Un User Manager ou un DP Manager peut vous donner un rôle pour un projet.
list-held = Enregistrements retenus
list-released = { $count ->
    [one] Un enregistrement retenu est libéré et sera envoyé.
   *[other] { $count } enregistrements retenus sont libérés et seront envoyés.
}
list-export = Exporter en CSV
list-all = Tout afficher
list-first = Au début
list-file = Fichier CSV
list-file-missing = Choisissez d’abord un fichier.
list-import = Reprendre le fichier
list-result = Ce qu’est devenu le fichier
list-outcome = Résultat
list-count = Lignes
list-lines = Lesquelles
list-lines-about = Les lignes sont comptées comme dans un éditeur, l’en-tête étant la ligne 1. Le contenu d’une ligne fautive n’a pas été gardé : corrigez-la dans votre fichier et renvoyez-le ; ce qui est déjà connu ne compte qu’une fois.
list-nothing = La colonne est vide dans chaque ligne, il n’y avait donc rien à faire.
list-back = Retour à la liste
list-added = Ajouté
list-known = Déjà connu
list-repeated = Figure plusieurs fois dans le fichier
list-check-digits = Les chiffres de contrôle ne correspondent pas
list-impossible = Correspond à une date ou un ordre impossible
list-shape = Pas le bon nombre de chiffres
enrolment-about = Seuls les enregistrements des médecins qui participent à { $project } quittent cet hôpital. Ceux des autres sont retenus jusqu’à l’inscription de leur médecin.
enrolment-not-asked = Les définitions de { $project } ne demandent pas de médecins inscrits ; cette liste ne retient donc rien.
enrolment-held = En attente de l’inscription
enrolment-waiting = { $count ->
    [one] Un enregistrement attend l’inscription d’un médecin
   *[other] { $count } enregistrements attendent l’inscription d’un médecin
}
enrolment-strangers = Ces médecins ne participent pas aujourd’hui. Inscrivez ceux qui ont accepté ; leurs enregistrements sont alors libérés.
enrolment-others = { $count ->
    [one] Un autre médecin en retient moins.
   *[other] { $count } autres médecins en retiennent moins.
}
enrolment-nameless = { $count ->
    [one] Un enregistrement ne nomme aucun médecin. Corrigez la ligne à la source et réimportez-la.
   *[other] { $count } enregistrements ne nomment aucun médecin. Corrigez ces lignes à la source et réimportez-les.
}
enrolment-nihdi = Numéro INAMI du médecin
enrolment-nihdi-hint = Huit chiffres, ou onze avec le code de qualification. Les chiffres 7 et 8 sont des chiffres de contrôle : en règle générale 97 moins le reste des six premiers divisés par 97, de sorte qu’un chiffre mal tapé se voit.
enrolment-wrong-check-digits = Les chiffres de contrôle (7 et 8) ne correspondent pas aux autres. Comparez chaque chiffre avec le cachet du médecin ou la liste de l’INAMI.
enrolment-wrong-impossible = Ceci ne peut être un numéro INAMI. Comparez chaque chiffre avec le cachet du médecin.
enrolment-wrong-shape = Un numéro INAMI a 8 ou 11 chiffres ; points, tirets et espaces ne comptent pas.
enrolment-since = Premier jour
enrolment-since-hint = Les enregistrements sont libérés à partir de ce jour.
enrolment-until = Dernier jour
enrolment-until-early = Le dernier jour ne peut précéder le premier.
enrolment-day-wrong = Donnez un jour sous la forme année-mois-jour, par exemple 2026-03-31.
enrolment-ended-before = La participation de ce médecin est déjà terminée à cette date ou avant.
enrolment-known = Ce médecin participe déjà.
enrolment-search = Commence par
enrolment-none-found = Aucun médecin de cette liste n’a un numéro qui commence ainsi.
enrolment-none-yet = Personne ne participe encore. Inscrivez le premier médecin ci-dessus ou reprenez un fichier.
enrolment-none-read = Personne ne participe encore. Un DP Manager ou un responsable d’étude peut inscrire des médecins.
enrolment-now = Participe
enrolment-later = Participera
enrolment-over = Terminé
enrolment-add = Inscrire un médecin
enrolment-enrol = Inscrire
enrolment-end = Mettre fin
enrolment-end-ask = Quel est le dernier jour de participation du médecin { $nihdi } à { $project } ?
enrolment-end-about = Ce qui est envoyé le reste. Ce qui n’est pas parti à cette date est retenu.
enrolment-file = Une liste de médecins
enrolment-file-hint = Un fichier CSV avec une colonne CD_HPIN ; les autres colonnes ne comptent pas. Chaque médecin participe à partir d’aujourd’hui.
done-enrolment-added = Le médecin est inscrit.
done-enrolment-ended = Le dernier jour est noté.
objection-about = Les enregistrements de ces patients pour { $project } restent dans cet hôpital. Ce qui a été envoyé avant une opposition le reste.
objection-shown = Les numéros de patients figurent en clair sur cette page. Leur affichage est noté dans l’audit.
objection-show = Afficher les numéros de patients
objection-search = Numéro de registre national
objection-found = Oppositions du patient recherché.
objection-number = Numéro
objection-patient = Patient
objection-masked = masqué
objection-scope = Contre
objection-all-projects = tous les projets
objection-since = Notée
objection-now = S’oppose
objection-over = Levée
objection-end = Lever l’opposition
objection-end-ask = Lever l’opposition { $number } contre { $project } ?
objection-end-about = Ce qui n’est retenu que par cette opposition est libéré et sera envoyé. Ce qui est envoyé ne revient pas si l’opposition est notée à nouveau.
objection-add = Noter une opposition
objection-note = Noter
objection-ssin = Numéro de registre national ou BIS du patient
objection-ssin-hint = Onze chiffres : date de naissance, numéro d’ordre et deux chiffres de contrôle, soit 97 moins le reste des neuf premiers divisés par 97 (précédés d’un 2 pour qui est né à partir de 2000).
objection-wrong-check-digits = Les deux derniers chiffres, de contrôle, ne correspondent pas aux autres. Comparez chaque chiffre avec la carte d’identité du patient.
objection-wrong-impossible = Les chiffres correspondent à une date ou un numéro d’ordre impossible. Comparez chaque chiffre avec la carte d’identité du patient.
objection-wrong-shape = Un numéro de registre national ou BIS a onze chiffres ; points, tirets et espaces ne comptent pas.
objection-known = Cette opposition est déjà connue.
objection-all = Contre tous les projets, présents et futurs
objection-none = Aucun patient ne s’oppose. Notez la première opposition dès qu’un patient vous la signale.
objection-none-found = Ce patient ne s’oppose pas à ce projet.
objection-file = Une liste de patients
objection-file-hint = Un fichier CSV avec une colonne IDC_PAT ; les autres colonnes ne comptent pas. Le fichier n’est pas gardé.
done-objection-added = L’opposition est notée. Les enregistrements du patient restent ici dès maintenant.
done-objection-ended = L’opposition est levée.
