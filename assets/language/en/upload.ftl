upload-came-before = This very file came already on { $when }, but was not imported then.
upload-damaged = The file was damaged on the disk after it came. Upload it again; if it happens twice, IT should look at the disk.
upload-expired = Nobody decided about this upload within { $days } days, so its file was deleted. Upload it again if it is still wanted.
upload-failed = Something went wrong here, not with the file. What was stored before stays. Try again; if it fails again, ask IT to look at the log of the appliance.
upload-no-room = There is not enough room left on the disk of the appliance for this file. Ask IT to make room, then upload it again.
upload-not-here = This upload is at another place by now, so this cannot be done with it. Look at its page again.
upload-unknown = There is no such upload.
