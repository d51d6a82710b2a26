home-record = Record an activity
home-pressing = { $value ->
    [one] { $value } item late or due this week
   *[other] { $value } items late or due this week
}
home-late = { $value ->
    [one] { $value } day late
   *[other] { $value } days late
}
home-today = Due today
home-days-left = { $value ->
    [one] { $value } day left
   *[other] { $value } days left
}
home-due = due { $value }
home-nothing = Nothing is waiting. When there is a talk, a broadcast or a handout, record it with the button above.
home-this-month = This month
