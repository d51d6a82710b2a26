home-record = Record an activity
home-write = Write an article
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
home-nothing = Nothing is waiting.
home-nothing-record = When there is a talk, a broadcast or a handout, record it with the button above.
home-nothing-look = The unit's figures and reports:
home-this-month = This month
home-search-title = Search
home-search = Words, a question or a number
home-search-go = Search
home-search-hint = Looks in the laws, activities, plans and articles that you may see. Marks are not needed; what bears the marks typed comes first.
home-search-none = Nothing fits “{ $value }”. Try other words or fewer, or look in a list:
home-search-more = See all: { $value }
