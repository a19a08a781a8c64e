help-title = Manuel
help-about = Comment faire, partie par partie, ce à quoi sert ce portail. Au bas de chaque page, un lien mène à la partie qui l’explique.
help-search = Rechercher dans le manuel
help-found = { $count ->
    [0] Rien trouvé
    [one] Un passage trouvé
   *[other] { $count } passages trouvés
}
help-none = Aucune partie du manuel ne contient tous ces mots. Essayez-en moins, ou de plus courts, ou parcourez le sommaire.
help-contents = Sommaire du manuel
help-on-page = Sur cette page
help-beside = Partie précédente et partie suivante
help-chapter-begin = Pour commencer
help-chapter-people = Personnes
help-chapter-data = Données et livraisons
help-chapter-machine = Exploitation
