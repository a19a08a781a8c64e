done-entry-submitted = L’enregistrement est soumis. Il part avec la prochaine livraison.
done-entry-held = L’enregistrement est soumis. Il ne peut pas partir pour le moment ; la raison figure ci-dessous.
done-entry-corrected = La correction est soumise. Elle part avec la prochaine livraison et remplace la version précédente.
done-entry-draft = Le brouillon est sauvegardé. Il ne part pas avant d’être soumis.
done-entry-unchanged = Rien n’a changé, rien n’a donc été stocké.
done-entry-discarded = Ce qui était saisi et non sauvegardé est supprimé.
entry-new = Nouvel enregistrement
entry-new-same = Nouvel enregistrement pour ce patient
entry-continue = Continuer
entry-do-continue = Continuer
entry-do-correct = Corriger
entry-which = Quel formulaire ?
entry-no-forms = Il n’y a pas de formulaire pour vos projets ici. Un User Manager ajoute les définitions ; un Data Provider Manager vous attribue des projets.
entry-unfinished = Pas encore terminé
entry-is-draft = Brouillon
entry-is-kept = Non sauvegardé
entry-how-continue = brouillon { $id }
entry-how-correct = correction de l’enregistrement { $id }
entry-guidance = En savoir plus
entry-must = (obligatoire)
entry-no-answer = Pas de réponse
entry-choose = – choisir –
entry-search = Tapez pour chercher
entry-stored = Une valeur est stockée et n’est pas affichée. Laissez le champ vide pour la garder ; ce que vous tapez la remplace.
entry-not-shown = stocké, non affiché
entry-locked = Fait partie de la clé métier : une correction ne la modifie pas.
entry-about-correct = La correction remplace l’enregistrement sous la même clé métier. healthdata.be la reçoit comme une nouvelle version du même enregistrement.
entry-move = La clé métier elle-même est incorrecte
entry-about-move = Avec une autre clé métier, ceci devient un autre enregistrement : le précédent est retiré comme erreur, healthdata.be en est informé s’il l’a reçu, et ce que vous soumettez ici est nouveau.
entry-keep-key = Garder la clé métier
entry-prefilled = Repris de l’enregistrement { $id } ; à vérifier :
entry-kept = Voici ce que vous aviez tapé sans le sauvegarder. Cela a été conservé pour vous :
entry-kept-at = Conservé à { $time }, pas encore sauvegardé
entry-discard = Jeter
entry-submit = Soumettre
entry-correct = Soumettre la correction
entry-save-draft = Sauvegarder comme brouillon
entry-check = Vérifier
entry-add = Ajouter
entry-remove = Supprimer
entry-complete = Tout ce qui est obligatoire est rempli.
entry-lost = Votre session est terminée. Ce que vous avez tapé est conservé pour vous.
entry-unreached = L’appareil est injoignable pour le moment. Ce que vous avez tapé est toujours là ; la vérification reprend à la prochaine modification.
entry-key-known = Il existe déjà un enregistrement avec cette clé métier. Corrigez celui-là, ou modifiez ce qui compose la clé.
entry-key-moved = La clé métier n’est pas celle de l’enregistrement corrigé.
entry-changed-meanwhile = Quelqu’un a modifié cet enregistrement entre-temps. Copiez d’ici ce dont vous avez besoin, puis rouvrez-le.
entry-gone = Cet enregistrement a été remplacé ou retiré ; on ne peut plus rien y saisir. Ouvrez sa version la plus récente.
entry-too-long = Le formulaire n’est pas arrivé en entier, rien n’a donc été stocké : il contient plus de réponses qu’un formulaire ne peut en envoyer. Supprimez des parties répétées, ou envoyez l’enregistrement dans un fichier.
entry-errors = { $count ->
    [one] Un point est à corriger avant de pouvoir stocker ceci :
   *[other] { $count } points sont à corriger avant de pouvoir stocker ceci :
}
entry-missing = { $count ->
    [one] Il manque une réponse obligatoire.
   *[other] Il manque { $count } réponses obligatoires.
}
entry-wrong = { $count ->
    [one] Une réponse n’est pas encore correcte.
   *[other] { $count } réponses ne sont pas encore correctes.
}
entry-missing-and-wrong = Réponses obligatoires manquantes : { $missing }. Réponses pas encore correctes : { $wrong }.
home-do-entry = Nouvel enregistrement
way-entered = Saisi par formulaire par { $file } et validé
entry-sections = Dans ce formulaire
