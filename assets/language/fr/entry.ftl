done-entry-submitted = L’enregistrement est soumis. Il part avec la prochaine livraison.
done-entry-held = L’enregistrement est soumis. Il ne peut pas partir pour le moment ; la raison figure ci-dessous.
done-entry-corrected = La correction est soumise. Elle part avec la prochaine livraison et remplace la version précédente.
done-entry-draft = Le brouillon est sauvegardé. Il ne part pas avant d’être soumis.
done-entry-draft-wrong = Le brouillon est sauvegardé. Certaines de ses réponses ne sont pas encore correctes ; le formulaire dit lesquelles. Il ne peut pas être soumis avant qu’elles le soient.
done-entry-unchanged = Rien n’a changé, rien n’a donc été stocké.
done-entry-repeated = Ceci a déjà été envoyé et est déjà stocké ; rien n’a été stocké une deuxième fois.
done-entry-discarded = Ce qui était saisi et non sauvegardé est supprimé.
done-entry-moved = L’enregistrement précédent est retiré comme erreur. Voici le nouveau, sous l’autre clé métier.
done-entry-newest = La version demandée a été remplacée. Voici la plus récente.
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
entry-kept-others = Vous avez déjà tapé dans ce formulaire sans sauvegarder, peut-être dans une autre fenêtre ou pour un autre patient. Continuez-le, ou recommencez ci-dessous :
entry-kept-at = Conservé à { $time }, pas encore sauvegardé
entry-discard = Jeter
entry-submit = Soumettre
entry-correct = Soumettre la correction
entry-save-draft = Sauvegarder comme brouillon
entry-check = Vérifier
entry-add = Ajouter
entry-remove = Supprimer
entry-count-open = Répondez d’abord à ceci ; les parties à remplir apparaissent ensuite ici : { $labels }
entry-count-unknown = On ne sait pas encore combien de parties sont à remplir ici.
entry-complete = Tout ce qui est obligatoire est rempli.
entry-lost = Votre session est terminée. Ce que vous avez tapé est conservé pour vous et se retrouve dans le formulaire une fois que vous vous êtes reconnecté.
entry-refused = L’appareil n’accepte pas ce formulaire depuis cette fenêtre pour le moment. Ce que vous avez tapé est toujours là, mais n’est ni vérifié ni conservé. Copiez ce dont vous avez besoin avant de quitter cette page.
entry-ended = Vous êtes déconnecté : ce que vous tapez ici n’est plus ni stocké ni conservé. Copiez de cette page ce dont vous avez besoin. Connectez-vous ensuite à côté et rouvrez le formulaire.
entry-unreached = L’appareil est injoignable pour le moment. Ce que vous avez tapé est toujours là ; la vérification reprend à la prochaine modification.
entry-key-known = Il existe déjà un enregistrement avec cette clé métier. Corrigez celui-là, ou modifiez ce qui compose la clé.
entry-key-moved = La clé métier n’est pas celle de l’enregistrement corrigé.
entry-key-hangs = La clé métier dépend de cette réponse, et une correction ne la change pas. Rétablissez la réponse ; ou choisissez « La clé métier elle-même est incorrecte » sur la page de l’enregistrement, ce qui en fait un autre enregistrement.
entry-changed-meanwhile = Cet enregistrement a été modifié entre-temps, par quelqu’un d’autre ou par vous dans une autre fenêtre. Rien n’a été stocké à présent ; ce que vous avez tapé est toujours là.
entry-gone = Cet enregistrement a été remplacé ou retiré, et il n’en existe pas de version dans laquelle vous puissiez saisir quelque chose.
login-typed-lost = Vous étiez déconnecté : ce que vous venez d’envoyer n’est ni stocké ni conservé. Connectez-vous et remplissez-le à nouveau.
login-typed-kept = La session était terminée. Ce qui a été envoyé n’est pas stocké, mais est conservé pour la personne à qui appartenait la session : après la connexion, cela se retrouve dans le formulaire.
entry-draft-known = Il existe déjà un brouillon avec exactement ce contenu, et rien ne distingue les deux. Continuez celui-là, ou remplissez ce qui compose la clé métier.
entry-use-typed = Continuer à partir de la version la plus récente avec ce que j’ai tapé
entry-newest = Voir la version la plus récente (s’ouvre à côté de cette page)
entry-over = Ce que vous avez tapé figure ici par-dessus la version la plus récente et la remplace quand vous le sauvegardez ou soumettez.
entry-changed-differs = Différent de la version la plus récente :
entry-changed-copy = Ce que vous avez tapé ne peut pas continuer dans une autre version. Copiez ce dont vous avez besoin avant de quitter cette page.
entry-changed-on = Comparez la version la plus récente avec ce que vous avez tapé. Si vous continuez à partir d’elle avec ce que vous avez tapé, cela ne la remplace qu’au moment où vous sauvegardez ou soumettez.
entry-changed-live = Cet enregistrement a été modifié entre-temps, par quelqu’un d’autre ou par vous dans une autre fenêtre. Rien n’en est stocké d’ici ; ce que vous avez tapé est toujours là. Appuyez sur « Vérifier » pour voir comment continuer.
entry-too-long = Le formulaire n’est pas arrivé en entier, rien n’a donc été stocké : il est plus grand qu’un formulaire ne peut l’être. Revenez-y et raccourcissez ce qui y est tapé, ou envoyez l’enregistrement dans un fichier.
entry-too-large = Cet enregistrement contient plus de réponses qu’un formulaire ne peut en envoyer. Lisez-le sur sa page, et modifiez-le par un fichier ou un système avec la même clé métier.
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
