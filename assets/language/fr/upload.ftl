upload-came-before = Ce même fichier est déjà arrivé le { $when }, mais n'a pas été importé alors.
upload-damaged = Le fichier a été endommagé sur le disque après son arrivée. Téléversez-le à nouveau ; si cela se répète, l'informatique doit examiner le disque.
upload-expired = Personne n'a pris de décision sur ce téléversement en { $days } jours ; son fichier a donc été supprimé. Téléversez-le à nouveau s'il est toujours souhaité.
upload-failed = Quelque chose n'a pas fonctionné ici, le fichier n'est pas en cause. Ce qui était enregistré le reste. Réessayez ; si cela échoue encore, demandez à l'informatique de consulter le journal de l'appareil.
upload-no-room = Il ne reste pas assez de place sur le disque de l'appareil pour ce fichier. Demandez à l'informatique de libérer de la place, puis téléversez-le à nouveau.
upload-not-here = Ce téléversement en est désormais à un autre point ; cette action n'est plus possible. Regardez à nouveau sa page.
upload-unknown = Ce téléversement n'existe pas.
