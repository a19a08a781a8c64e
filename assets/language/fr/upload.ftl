done-upload-cancelled = L’envoi est terminé et son fichier supprimé.
done-upload-cancelling = L’import se termine après la partie en cours. Ce qui était enregistré le reste.
upload-about-cancelled = Voici ce que sont devenues les lignes jusqu’à la fin de l’import :
upload-about-checked = Rien n’est encore enregistré. Voici ce que ferait un import :
upload-about-done = { $refused ->
    [0] Tout est enregistré.
    [one] L’import est terminé. Une ligne a été refusée et n’est pas enregistrée : corrigez-la et envoyez-la à nouveau.
   *[other] L’import est terminé. { $refused } lignes ont été refusées et ne sont pas enregistrées : corrigez-les et envoyez-les à nouveau.
} Voici ce que sont devenues les lignes :
upload-about-failed = Voici ce que sont devenues les lignes jusqu’ici :
upload-about-refused = Rien de ce fichier ne peut être importé. Corrigez ce qui est indiqué ici, puis envoyez-le à nouveau.
upload-about-stopped = L’import s’est arrêté avant la fin du fichier. Voici ce que sont devenues les lignes :
upload-again = Réessayer
upload-all = Tous
upload-author = Auteur si le fichier n’en nomme pas
upload-broken = Le fichier n’a pas pu être envoyé en entier. Vérifiez la connexion, puis envoyez-le à nouveau.
upload-by = Envoyé par
upload-bytes = { $count } octets
upload-came = Envoyé
upload-came-before = Ce même fichier est déjà arrivé le { $when }, mais n’a pas été importé alors.
upload-cancel = Mettre fin à cet envoi
upload-cancel-ask = Mettre fin à l’envoi de { $file } ?
upload-cancel-do = Y mettre fin
upload-cancel-running = L’import se termine après la partie en cours. Ce qui était enregistré le reste ; le reste peut être envoyé à nouveau.
upload-cancel-waiting = Rien n’en est enregistré. Le fichier est supprimé.
upload-choose = Choisissez une définition
upload-close = Vous pouvez fermer cette page ; le travail continue.
upload-code = Code
upload-column = Colonne
upload-damaged = Le fichier a été endommagé sur le disque après son arrivée. Envoyez-le à nouveau ; si cela se répète, l’informatique doit examiner le disque.
upload-definition = Projet, définition et version
upload-definition-hint = Seules les définitions des projets pour lesquels vous pouvez envoyer des fichiers sont proposées.
upload-drop = Vous pouvez aussi le déposer ici.
upload-expired = Personne n’a pris de décision sur cet envoi en { $days } jours ; son fichier a donc été supprimé. Envoyez-le à nouveau s’il est toujours souhaité.
upload-failed = Quelque chose n’a pas fonctionné ici, le fichier n’est pas en cause. Ce qui était enregistré le reste. Réessayez ; si cela échoue encore, demandez à l’informatique de consulter le journal de l’appareil.
upload-fate = Deviendrait
upload-fate-correction = Correction
upload-fate-new = Nouvelle
upload-fate-refused = Refusée
upload-fate-unchanged = Inchangée
upload-file = Fichier CSV
upload-file-hint = Un fichier CSV avec une ligne d’en-tête, de { $limit } Mio au plus.
upload-filter = Filtrer
upload-findings-open = Voir toutes les constatations et obtenir les lignes à corriger
upload-found = Constatations
upload-found-more = { $count ->
    [one] Une ligne de plus se trouve
   *[other] { $count } lignes de plus se trouvent
} sur la page de toutes les constatations.
upload-found-none = Aucune constatation ne correspond. Choisissez un autre code ou une autre colonne.
upload-get = Fichiers à garder et à corriger
upload-get-findings = Constatations en CSV{ $parts ->
    [one] {""}
   *[other] {" "}({ $part } sur { $parts })
}
upload-get-mend = { $rows ->
    [one] Une ligne refusée
   *[other] { $rows } lignes refusées
} à corriger{ $parts ->
    [one] {""}
   *[other] {" "}({ $part } sur { $parts })
}
upload-import = { $count ->
    [0] Importer, bien qu’aucune ligne ne soit nouvelle
    [one] Importer une ligne
   *[other] Importer { $count } lignes
}
upload-keep = Le garder
upload-kibibytes = { $count } Kio
upload-line = Ligne du fichier
upload-mebibytes = { $count } Mio
upload-mend = Corriger { $count ->
    [one] la ligne refusée
   *[other] les lignes refusées
}
upload-mend-about = Le fichier des lignes refusées contient des données de patients, et le fait que vous l’avez obtenu est consigné. Corrigez les lignes, envoyez le fichier à nouveau, puis supprimez-le.
upload-mend-too-large = Il y a trop de lignes refusées pour un seul fichier, car le fichier est endommagé à partir d’un endroit. Corrigez cet endroit dans votre propre fichier et envoyez-le à nouveau : les lignes déjà enregistrées comptent comme inchangées.
upload-new = Nouvel envoi
upload-new-about = Le fichier est d’abord seulement contrôlé : vous voyez ce que deviendrait chaque ligne, puis vous décidez. Le fichier est gardé chiffré et supprimé après l’import.
upload-no-definition = Il n’y a aucune définition pour laquelle vous pouvez envoyer un fichier. Un DP Manager de votre organisation peut vous donner son projet.
upload-no-room = Il ne reste pas assez de place sur le disque de l’appareil pour ce fichier. Rien n’en a été conservé. Demandez à l’informatique de libérer de la place, puis envoyez-le à nouveau.
upload-none = Aucun fichier n’a encore été envoyé. Envoyez-en un premier : il est seulement contrôlé tant que vous n’avez pas décidé.
upload-not-here = Cet envoi en est à un autre point à présent ; cette action n’est plus possible. Regardez à nouveau sa page.
upload-preview = Aperçu des lignes
upload-preview-some = Quelques lignes de chaque sorte sont montrées, ainsi que celles où quelque chose a été constaté.
upload-progress = Où en est l’envoi
upload-read = Lignes lues
upload-reload = Recharger la page
upload-row = Ligne de données
upload-rows-importing = { $count ->
    [one] Une ligne importée
   *[other] { $count } lignes importées
}
upload-rows-received = { $count ->
    [one] Une ligne contrôlée
   *[other] { $count } lignes contrôlées
}
upload-send = Envoyer et contrôler
upload-sending = Envoi du fichier
upload-severity = Gravité
upload-severity-error = Erreur
upload-severity-warning = Avertissement
upload-shape = Forme de la valeur
upload-shape-is = Forme :
upload-showing = { $from } à { $to } sur { $total }
upload-size = Taille
upload-state = État
upload-state-cancelled = Terminé par une personne
upload-state-checked = Attend votre décision
upload-state-done = Importé
upload-state-failed = Échec ici
upload-state-importing = Import en cours
upload-state-received = Contrôle en cours
upload-state-refused = Refusé
upload-state-stopped = Arrêté
upload-times = Nombre
upload-too-large = Ce fichier dépasse { $limit } Mio. Divisez-le et envoyez les parties une par une.
upload-unknown = Cet envoi n’existe pas.
upload-waits = Il attend son tour et commence de lui-même.
upload-warnings = Avertissements
upload-what = Ce qui a été constaté
upload-whole-row = toute la ligne
upload-source-drop-folder = Dossier de dépôt
upload-drop-folder-is = Les fichiers placés dans ce dossier, sous celui de leur définition, sont importés automatiquement :
upload-drop-folder-help = Comment cela fonctionne
