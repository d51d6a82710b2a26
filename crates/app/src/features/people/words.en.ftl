people-sign-in = Sign in
people-sign-out = Sign out
people-email = E-mail
people-email-hint = Each person's own official address, not a shared one.
people-password = Password
people-new-password = New password
people-current-password = Current password
people-password-hint = At least 10 characters; a short sentence easy to remember is good.
people-password-length = A password needs 10 to 200 characters.
people-password-easy = This password is easy to guess. Use more different characters, and not the e-mail name.
people-wrong-current = The current password is not right.
people-wait = Many tries already. Wait { $value } seconds and try again.
people-forgotten = Forgotten password
people-forgotten-how = Enter the e-mail of the account. A link to set a new password will be sent there.
people-send-link = Send the link
people-link-sent = If this e-mail has an account, a link has been sent; it works for 2 hours. Look among spam too.
people-set-password = Set the password
people-set-password-for = { $name } ({ $email }) sets a new password. Sign-ins on other devices will end.
people-my-appointments = Roles held
people-no-appointment = The account has no role at any unit yet. Ask the administrator of the unit.
people-from = from { $day }
people-to = to the end of { $day }
people-coming = To come
people-holding = Held
people-over = Ended
people-change-password = Change the password
people-sign-out-everywhere = Sign out everywhere
people-sign-out-everywhere-hint = Ends every sign-in of the account on all devices, this one too.
people-tokens = Access tokens for programs
people-tokens-hint = A program uses a token to read and write in place of the account, within the roles held.
people-token-name = Name of the token
people-token-name-hint = For example: the Department's report program.
people-token-until = Works until
people-token-days = Valid for
people-days = { $days } days
people-token-make = Make a token
people-token-made = The new token, shown only this once. Copy it now:
people-token-revoke = Revoke
people-token-revoke-named = Revoke the token { $name }
people-tokens-many = The account has 20 tokens already. Revoke one that is no longer used.
people-action = Action
people-of = People of { $unit }
people-held = Roles held
people-ended = Roles ended
people-nobody = Nobody at this unit yet. Add the first person at the end of the page, for example the justice officer.
people-name = Full name
people-role = Role
people-time = Time
people-closed = Closed
people-no-password-yet = No password set yet
people-units-below = Units below
people-add = Add a person
people-add-hint = A new person gets a mail with a link to set a password. If the e-mail has an account already, the role is added to it.
people-first-day = From
people-first-day-hint = For example 23/11/2026; empty means today.
people-last-day = To the end of
people-last-day-hint = Optional.
people-end-before-begin = The last day cannot be before the first.
people-appointed-already = This person holds that role at the unit in this time already.
people-not-oneself = Nobody gives or takes a role of their own. Ask another administrator.
people-appointments = Roles
people-appoint = Give the role
people-appoint-at = Give a role at { $unit }
people-set-last-day = Change the last day
people-end-now = End from today
people-send-link-to = Send a link to set the password
people-close = Close the account
people-reopen = Reopen the account
people-closed-already = The account is closed. Reopen it before sending a link.
people-hand-over = Hand over
people-hand-over-of = Hand-over of { $name }
people-hand-over-what = The role { $role } at { $unit } and the open work go to the successor. This can be undone.
people-hand-over-on = The successor holds it from
people-hand-over-day = The day of the hand-over must be after the first day of the role and not after its last.
people-hand-over-undo = Undo the hand-over
people-hand-over-changed = A role was changed after the hand-over, so it cannot be undone. Change each role by itself.
people-successor = Successor
people-successor-other = Somebody else, by e-mail
people-successor-email = The successor's e-mail
people-successor-email-hint = Only when the successor has no role at the unit yet.
people-no-such-account = No account with this e-mail yet. Add the person first.
people-cancel = Cancel
people-done-dang-xuat = Signed out.
people-done-mat-khau = The password is changed. Other sign-ins have ended.
people-done-ma-truy-cap = The token is revoked.
people-done-tao-moi = The person is added and a mail with a link to set a password is sent.
people-done-co-san = This e-mail had an account already; the role is added to it.
people-done-chua-gui = The person is added but the mail could not be sent. Send the link again in a few minutes.
people-done-bo-nhiem = The role is given.
people-done-thoi-han = The last day of the role is changed.
people-done-lien-ket = A link to set the password is sent.
people-done-khoa = The account is closed. Its sign-ins have ended.
people-done-mo = The account is open again.
people-done-ban-giao = Handed over.
people-done-ban-giao-lai = The hand-over is undone.
people-log = Log
people-log-of = Log: { $unit }
people-log-caption = Newest first
people-log-seq = No.
people-log-when = When
people-log-who = Who
people-log-act = Act
people-log-object = Object
people-log-system = The system
people-log-from = From
people-log-until = To the end of
people-log-empty = No acts within what was chosen.
people-log-older = Older
people-log-check = Verify the chain
people-log-head = { $links } acts · head of the chain { $hash }
people-log-holds = The chain of the log holds: { $links } acts recomputed.
people-log-broken = The chain of the log is broken at no. { $seq }: data were changed outside the program. Tell the system administrator and compare with a backup.
people-all = All
people-filter = Filter
people-mail-new-subject = Lan Tỏa account
people-mail-new-text =
    Dear { $name },

    A Lan Tỏa account has been made for this e-mail. Open this link to set a password. It works once, for { $hours } hours:

    { $link }

    If this does not concern you, ignore this mail.
people-mail-forgotten-subject = Lan Tỏa: set a password
people-mail-forgotten-text =
    Dear { $name },

    A new password was asked for this account. Open this link. It works once, for { $hours } hours:

    { $link }

    If you did not ask, ignore this mail; the old password still works.

# The log's codes: an act, and a kind of object.
act-sign-in = Signed in
act-sign-out = Signed out
act-sign-out-everywhere = Signed out everywhere
act-set-password = Set the password
act-ask-link = Asked for a link to set a password
act-send-link = Sent a link to set a password
act-make-token = Made a token
act-revoke-token = Revoked a token
act-make-account = Made an account
act-close-account = Closed an account
act-reopen-account = Reopened an account
act-appoint = Gave a role
act-set-appointment-end = Changed the last day of a role
act-hand-over = Handed over
act-undo-hand-over = Undid a hand-over
act-record = Recorded
act-change = Changed
act-withdraw = Withdrew
object-account = Account
object-appointment = Role
object-hand-over = Hand-over
object-activity = Activity
