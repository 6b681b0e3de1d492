// Runs before the page is drawn: the reader's choice, where one was made; else that of the system.
const chosen = localStorage.getItem('polyphony.guide.theme')
if (chosen) document.documentElement.dataset.theme = chosen
