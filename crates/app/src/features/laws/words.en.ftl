laws-status-in-force = In force
laws-status-not-yet = Not yet in force
laws-status-suspended = Suspended
laws-status-partly-ended = Partly ended
laws-status-ended = No longer in force
laws-status-needs-check = To be checked
