service-platform = Platform healthdata.be
service-ttp = Vertrouwde derde partij eHealth
queue-counts = Zendingen
queue-views = Wat getoond wordt
queue-view-problems = Problemen
queue-view-queued = Wachtend
queue-view-parked = Opzijgezet
queue-view-sent = Ontvangst bevestigd
queue-none-problems = Niets heeft u hier nodig: geen zending staat opzij en geen wacht door een probleem.
queue-none-queued = Niets wacht. Registraties komen vanzelf in de wachtrij zodra een bestand is geïmporteerd.
queue-none-parked = Geen enkele zending staat opzij.
queue-none-sent = Er is nog geen ontvangst bevestigd.
queue-list = Zendingen van deze weergave
queue-delivery = Zending
queue-service = Naar
queue-since = Sinds
queue-since-then = sinds
queue-registrations = Registraties
queue-attempts = Pogingen
queue-next-try = Volgende poging
queue-now = nu
queue-retry-all = Alles wat opzijstaat opnieuw proberen
queue-retry-all-confirm = Alle opzijgezette zendingen nu opnieuw proberen? Doe dit zodra de oorzaak weg is.
queue-one = Zending { $delivery }
queue-facts = Deze zending
queue-definition = Definitie
queue-resume = Hervatten
queue-retry = Nu proberen
queue-park = Opzijzetten
queue-batch = Haar batch
queue-batch-name = Naam
queue-sealed = Verzegeld
queue-batch-deliveries = Stromen
queue-outcome = Resultaat
queue-asks = het platform wordt opnieuw bevraagd
queue-refused = { $count ->
    [one] één registratie geweigerd
   *[other] { $count } registraties geweigerd
}
queue-codes = Technische registratiecodes
queue-codes-deleted = Vernietigd
queue-codes-kept = Vernietiging nog niet bevestigd
queue-history = Geschiedenis
queue-what = Wat
queue-detail = Reden, of wie
queue-no-history = Ze is nog niet geprobeerd. Ze vertrekt vanzelf; wat er gebeurt, wordt hier genoteerd.
done-delivery-retried = Het wordt nu geprobeerd.
done-delivery-parked = De zending wordt tegengehouden tot iemand ze hervat.
reconciliation-title = Aansluiting van imports
reconciliation-about = Elke rij van elk bestand is verantwoord: gelezen = aanvaard + ongewijzigd + verworpen, en elke aanvaarde rij heeft precies één status.
reconciliation-file = Bestand
reconciliation-read = Gelezen
reconciliation-accepted = Aanvaard
reconciliation-unchanged = Ongewijzigd
reconciliation-rejected = Verworpen
reconciliation-now = Aanvaarde rijen nu
reconciliation-follow = Zijn rijen volgen
reconciliation-whole = Sluit aan
reconciliation-broken = Sluit niet aan
reconciliation-whole-about = Alles sluit aan: elke gelezen rij is verantwoord.
reconciliation-broken-about = De aantallen sluiten niet aan. Verwittig de servicedesk en bewaar het bestand; loopt de import nog, kijk dan opnieuw als hij klaar is.
reconciliation-import = Deze import
reconciliation-rows = Rijen van het bestand
reconciliation-corrections = { $count ->
    [one] Eén van de aanvaarde rijen verbetert een eerdere registratie.
   *[other] { $count } van de aanvaarde rijen verbeteren eerdere registraties.
}
reconciliation-mend = Wie voor dit project mag uploaden, ziet hier wat er fout was aan de geweigerde rijen en kan ze ophalen om ze te verbeteren.
reconciliation-where = Waar de aanvaarde rijen nu zijn
reconciliation-codes = Het platform bevestigde dat het de codes vernietigde van { $deleted } van de { $batches } batches met rijen van deze import.
reconciliation-codes-last = Laatst bevestigd:
reconciliation-none = Er is nog niets geïmporteerd. De eerste upload verschijnt hier met al zijn aantallen.
import-state-running = Bezig of onderbroken
import-state-done = Tot het einde gelezen
import-state-stopped = Gestopt vóór het einde van het bestand
import-state-cancelled = Door een persoon beëindigd
