error-internal = Une erreur s’est produite dans l’appareil. Rien n’est perdu. Cherchez la cause dans le journal, et appelez le service desk si cela se reproduit.
