help-title = Manual
help-about = How to do what this portal is for, part by part. Each page links to its own part at the bottom.
help-search = Search the manual
help-found = { $count ->
    [0] Nothing found
    [one] One place found
   *[other] { $count } places found
}
help-none = No part of the manual has all these words. Try fewer or shorter ones, or look through the contents.
help-contents = Contents of the manual
help-on-page = On this page
help-beside = Previous and next part
help-chapter-begin = To begin
help-chapter-people = People
help-chapter-data = Data and deliveries
help-chapter-machine = Running the appliance
