service-platform = healthdata.be platform
service-ttp = eHealth trusted third party
queue-counts = Deliveries
queue-views = What is listed
queue-view-problems = Problems
queue-view-queued = Waiting
queue-view-parked = Parked
queue-view-sent = Receipted
queue-none-problems = Nothing needs you here: no delivery is parked, and none waits because of a problem.
queue-none-queued = Nothing waits. Registrations are put into the queue by themselves once a file has been imported.
queue-none-parked = No delivery is parked.
queue-none-sent = Nothing has been receipted yet.
queue-list = Deliveries of this view
queue-delivery = Delivery
queue-service = To
queue-since = Since
queue-since-then = since
queue-registrations = Registrations
queue-attempts = Attempts
queue-next-try = Next try
queue-now = now
queue-retry-all = Retry all that is parked
queue-retry-all-confirm = Try all parked deliveries now? Do this once the cause is gone.
queue-one = Delivery { $delivery }
queue-facts = This delivery
queue-definition = Definition
queue-resume = Resume
queue-retry = Try now
queue-park = Park
queue-batch = Its batch
queue-batch-name = Name
queue-sealed = Sealed
queue-batch-deliveries = Streams
queue-outcome = Outcome
queue-asks = the platform is asked again
queue-refused = { $count ->
    [one] one registration refused
   *[other] { $count } registrations refused
}
queue-codes = Technical registration codes
queue-codes-deleted = Destroyed
queue-codes-kept = Not confirmed as destroyed yet
queue-history = History
queue-what = What
queue-detail = Reason, or who
queue-no-history = It has not been tried yet. It goes by itself; what happens is written down here.
done-delivery-retried = It is tried now.
done-delivery-parked = The delivery is kept back until somebody resumes it.
reconciliation-title = How imports add up
reconciliation-about = Every row of every file is accounted for: read = accepted + unchanged + rejected, and each accepted row is in exactly one state.
reconciliation-file = File
reconciliation-read = Read
reconciliation-accepted = Accepted
reconciliation-unchanged = Unchanged
reconciliation-rejected = Rejected
reconciliation-now = Accepted rows now
reconciliation-follow = Follow its rows
reconciliation-whole = Adds up
reconciliation-broken = Does not add up
reconciliation-whole-about = Everything adds up: each row that was read is accounted for.
reconciliation-broken-about = The numbers do not add up. Tell the service desk and keep the file; while an import still runs, look again when it has ended.
reconciliation-import = This import
reconciliation-rows = Rows of the file
reconciliation-corrections = { $count ->
    [one] One of the accepted rows corrects an earlier registration.
   *[other] { $count } of the accepted rows correct earlier registrations.
}
reconciliation-mend = Whoever may upload for this project sees here what was wrong with the rejected rows, and gets them to mend.
reconciliation-where = Where the accepted rows are now
reconciliation-codes = The platform confirmed that it destroyed the codes of { $deleted } of { $batches } batches with rows of this import.
reconciliation-codes-last = Last confirmed:
reconciliation-none = Nothing has been imported yet. The first upload appears here with all its numbers.
import-state-running = Running or interrupted
import-state-done = Read to the end
import-state-stopped = Stopped before the end of the file
import-state-cancelled = Ended by a person
