import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Exhibit } from './gallery.ts'

const require = createRequire(import.meta.url)
const beside = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The whole page as one file of HTML; only sounds and pictures lie beside it. */
export function galleryPage(songs: readonly Exhibit[]): string {
  const seconds = songs.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The studio's gallery</title>
<style>${fontFaces()}${beside('page.css')}</style>
<header>
  <p class="kicker">Polyphony</p>
  <h1>${songs.length} songs from one machine</h1>
  <p class="lead">Composed, arranged, sung and mastered by the embedded studio, ${lengthOf(seconds)} of music. The singer is synthetic: words are
  spoken by a small open synthesizer and drawn anew at the times and pitches of the tune. No recording of a song was used.</p>
  <nav>${songs.map(({ style }, index) => `<a href="#song-${index}">${escaped(style)}</a>`).join('')}</nav>
</header>
<main>
${songs.map(exhibit).join('\n')}
</main>
<footer>Space plays and pauses, the arrow keys go to the next song and back. Press anywhere in a waveform or a spectrogram to listen from there.</footer>
<script type="application/json" id="songs">${jsonOf(songs)}</script>
<script>${beside('player.js')}</script>
</html>
`
}

/** Without a network, the letters are in the page. */
function fontFaces(): string {
  return [400, 700]
    .map((weight) => {
      const file = require.resolve(`@fontsource/space-grotesk/files/space-grotesk-latin-${weight}-normal.woff2`)
      const bytes = readFileSync(file).toString('base64')
      return `@font-face{font-family:Grotesk;font-weight:${weight};src:url(data:font/woff2;base64,${bytes}) format('woff2')}`
    })
    .join('\n')
}

/** What the script of the page needs. "<" is written so that no text can end the element. */
function jsonOf(songs: readonly Exhibit[]): string {
  const told = songs.map(({ durationSeconds, chords, words, sections }) => ({
    seconds: durationSeconds,
    chords,
    words,
    sections,
  }))
  return JSON.stringify(told).replaceAll('<', '\\u003c')
}

function exhibit(song: Exhibit, index: number): string {
  const { style, request, cover, sound, key, bpm, singer, instruments, durationSeconds } = song
  const facts = [key, `${bpm} bpm`, singer || 'instrumental', lengthOf(durationSeconds)]
  return `<article id="song-${index}" class="song">
  <div class="face"><img src="${cover}" alt="Cover of ${escaped(request.title)}" width="512" height="512"><button class="play" aria-label="Play ${escaped(request.title)}"></button></div>
  <div class="told">
    <p class="style">${escaped(style)}</p>
    <h2>${escaped(request.title)}</h2>
    <p class="facts">${facts.map(escaped).join(' · ')}</p>
    <p class="band">${instruments.map((name) => `<span>${escaped(name)}</span>`).join('')}</p>
  </div>
  <div class="lyrics" tabindex="0" aria-label="Lyrics">${lyricsOf(song)}</div>
  <div class="seen">
    <div class="form">${formOf(song)}</div>
    <div class="wave">${waveOf(song, index)}<i class="head"></i></div>
    <div class="chords"><b></b><span></span></div>
    <div class="spectrum"><img src="${song.spectrogram}" alt="Spectrogram" width="1000" height="160"><i class="head"></i></div>
  </div>
  <audio preload="none" src="${sound}"></audio>
</article>`
}

function lyricsOf({ words }: Exhibit): string {
  if (words.length === 0) return '<p class="none">An instrumental.</p>'
  let line = ''
  return words
    .map(({ text, endsLine }, index) => {
      line += `<span data-word="${index}">${escaped(text)}</span> `
      if (!endsLine) return ''
      const whole = `<p>${line.trimEnd()}</p>`
      line = ''
      return whole
    })
    .join('')
}

function formOf({ sections, durationSeconds }: Exhibit): string {
  return sections
    .map(({ kind, at }, index) => {
      const end = sections[index + 1]?.at ?? durationSeconds
      const share = (100 * (end - at)) / durationSeconds
      return `<span class="${kind}" style="width:${share.toFixed(3)}%" title="${kind}">${share > 6 ? kind : ''}</span>`
    })
    .join('')
}

const WAVE_HEIGHT = 64

function waveOf({ levels }: Exhibit, index: number): string {
  const bars = levels
    .map((level, place) => {
      const height = Math.max(1, level ** 1.5 * WAVE_HEIGHT)
      return `M${place + 0.5} ${((WAVE_HEIGHT - height) / 2).toFixed(1)}v${height.toFixed(1)}`
    })
    .join('')
  return `<svg viewBox="0 0 ${levels.length} ${WAVE_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
<clipPath id="played-${index}"><rect width="0" height="${WAVE_HEIGHT}"/></clipPath>
<path d="${bars}"/><path class="played" d="${bars}" clip-path="url(#played-${index})"/></svg>`
}

function lengthOf(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
