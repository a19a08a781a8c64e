service-platform = Plateforme healthdata.be
service-ttp = Tiers de confiance eHealth
queue-counts = Envois
queue-views = Ce qui est affiché
queue-view-problems = Problèmes
queue-view-queued = En attente
queue-view-parked = Mis de côté
queue-view-sent = Accusés de réception
queue-none-problems = Rien ne demande votre attention : aucun envoi n’est mis de côté ni n’attend à cause d’un problème.
queue-none-queued = Rien n’attend. Les enregistrements entrent d’eux-mêmes dans la file dès qu’un fichier est importé.
queue-none-parked = Aucun envoi n’est mis de côté.
queue-none-sent = Aucun accusé de réception n’est encore arrivé.
queue-list = Envois de cette vue
queue-delivery = Envoi
queue-service = Vers
queue-since = Depuis
queue-since-then = depuis
queue-registrations = Enregistrements
queue-attempts = Essais
queue-next-try = Prochain essai
queue-now = maintenant
queue-retry-all = Relancer tout ce qui est mis de côté
queue-retry-all-confirm = Relancer maintenant tous les envois mis de côté ? Faites-le une fois la cause disparue.
queue-one = Envoi { $delivery }
queue-facts = Cet envoi
queue-definition = Définition
queue-resume = Reprendre
queue-retry = Essayer maintenant
queue-park = Mettre de côté
queue-batch = Son lot
queue-batch-name = Nom
queue-sealed = Scellé
queue-batch-deliveries = Flux
queue-outcome = Résultat
queue-asks = la plateforme est interrogée à nouveau
queue-refused = { $count ->
    [one] un enregistrement refusé
   *[other] { $count } enregistrements refusés
}
queue-codes = Codes techniques d’enregistrement
queue-codes-deleted = Détruits
queue-codes-kept = Destruction pas encore confirmée
queue-history = Historique
queue-what = Quoi
queue-detail = Raison, ou qui
queue-no-history = Il n’a pas encore été essayé. Il part de lui-même ; ce qui se passe est noté ici.
done-delivery-retried = L’essai est lancé.
done-delivery-parked = L’envoi est retenu jusqu’à ce que quelqu’un le reprenne.
reconciliation-title = Concordance des imports
reconciliation-about = Chaque ligne de chaque fichier est justifiée : lues = acceptées + inchangées + rejetées, et chaque ligne acceptée est dans un seul état.
reconciliation-file = Fichier
reconciliation-read = Lues
reconciliation-accepted = Acceptées
reconciliation-unchanged = Inchangées
reconciliation-rejected = Rejetées
reconciliation-now = Lignes acceptées, à présent
reconciliation-follow = Suivre ses lignes
reconciliation-whole = Concorde
reconciliation-broken = Ne concorde pas
reconciliation-whole-about = Tout concorde : chaque ligne lue est justifiée.
reconciliation-broken-about = Les nombres ne concordent pas. Prévenez le centre de services et gardez le fichier ; si l’import tourne encore, revenez quand il est terminé.
reconciliation-import = Cet import
reconciliation-rows = Lignes du fichier
reconciliation-corrections = { $count ->
    [one] Une des lignes acceptées corrige un enregistrement antérieur.
   *[other] { $count } des lignes acceptées corrigent des enregistrements antérieurs.
}
reconciliation-mend = Qui peut envoyer des fichiers pour ce projet voit ici ce qui n’allait pas dans les lignes rejetées, et les obtient pour les corriger.
reconciliation-where = Où sont à présent les lignes acceptées
reconciliation-codes = La plateforme a confirmé la destruction des codes de { $deleted } des { $batches } lots contenant des lignes de cet import.
reconciliation-codes-last = Dernière confirmation :
reconciliation-none = Rien n’a encore été importé. Le premier envoi de fichier apparaît ici avec tous ses nombres.
import-state-running = En cours ou interrompu
import-state-done = Lu jusqu’au bout
import-state-stopped = Arrêté avant la fin du fichier
import-state-cancelled = Terminé par une personne
