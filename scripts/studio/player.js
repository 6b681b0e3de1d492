// The script of the gallery's page: one song at a time, and what is heard is shown where it stands.
const songs = JSON.parse(document.getElementById('songs').textContent)
const still = matchMedia('(prefers-reduced-motion: reduce)').matches
const exhibits = [...document.querySelectorAll('.song')].map(openExhibit)
let current

/** The last of some events that has begun; they are in order. */
function indexAt(events, seconds) {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { at = events[middle].from } = events[middle]
    if (at <= seconds) low = middle + 1
    else high = middle
  }
  return low - 1
}

function openExhibit(element, index) {
  const song = songs[index]
  const find = (selector) => element.querySelector(selector)
  const audio = find('audio')
  const heads = element.querySelectorAll('.head')
  const played = find('clipPath rect')
  const parts = [...element.querySelectorAll('.form span')]
  const words = [...element.querySelectorAll('[data-word]')]
  const lyrics = find('.lyrics')
  const chord = find('.chords b')
  const nextChords = find('.chords span')
  const width = find('svg').viewBox.baseVal.width
  let shownLine

  function showWords(seconds) {
    const now = indexAt(song.words, seconds)
    for (const [place, word] of words.entries()) {
      word.classList.toggle('sung', place <= now)
      word.classList.toggle('here', place === now && seconds <= song.words[place].to)
    }
    const line = words[Math.max(0, now)]?.parentElement
    if (!line || line === shownLine || now < 0) return
    shownLine?.classList.remove('now')
    line.classList.add('now')
    shownLine = line
    lyrics.scrollTo({ top: line.offsetTop - lyrics.clientHeight / 3, behavior: still ? 'auto' : 'smooth' })
  }

  function show(seconds) {
    const share = Math.min(1, seconds / song.seconds)
    for (const head of heads) head.style.left = `${100 * share}%`
    played.setAttribute('width', String(width * share))
    const section = indexAt(song.sections, seconds + 0.05)
    for (const [place, part] of parts.entries()) part.classList.toggle('now', place === section)
    const heard = Math.max(0, indexAt(song.chords, seconds + 0.05))
    chord.textContent = song.chords[heard]?.name ?? ''
    const following = song.chords.slice(heard + 1, heard + 9)
    nextChords.textContent = following.map(({ name }) => name).join(' ')
    // Before the start nothing is sung, even if a song begins with its first word.
    showWords(seconds === 0 ? -1 : seconds)
  }

  function follow() {
    if (audio.paused) return
    show(audio.currentTime)
    requestAnimationFrame(follow)
  }

  const exhibit = {
    element,
    toggle: () => (audio.paused ? exhibit.play() : audio.pause()),
    pause: () => audio.pause(),
    play() {
      if (current !== exhibit) current?.pause()
      current = exhibit
      return audio.play()
    },
    /** Shows a moment of the song, without playing it. */
    show,
  }
  audio.addEventListener('play', () => {
    element.classList.add('playing')
    element.classList.remove('paused')
    follow()
  })
  audio.addEventListener('pause', () => {
    element.classList.remove('playing')
    element.classList.add('paused')
  })
  audio.addEventListener('ended', () => exhibits[index + 1]?.play())
  find('.play').addEventListener('click', exhibit.toggle)
  for (const place of element.querySelectorAll('.wave, .spectrum'))
    place.addEventListener('click', (event) => {
      const { left, width: whole } = place.getBoundingClientRect()
      audio.currentTime = ((event.clientX - left) / whole) * song.seconds
      exhibit.play()
    })
  for (const [place, word] of words.entries())
    word.addEventListener('click', () => {
      audio.currentTime = song.words[place].from
      exhibit.play()
    })
  show(0)
  return exhibit
}

document.addEventListener('keydown', (event) => {
  if (event.target.closest('button, a, .lyrics')) return
  const place = exhibits.indexOf(current)
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1 }[event.key]
  if (event.key === ' ') {
    event.preventDefault()
    ;(current ?? exhibits[0])?.toggle()
  } else if (next !== undefined && exhibits[next]) {
    exhibits[next].play()
    exhibits[next].element.scrollIntoView({ block: 'center' })
  }
})
globalThis.exhibits = exhibits
