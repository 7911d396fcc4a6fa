// Everything that is known of one recording: its sources, why they are one, why it is kept, when it was played.
import { api } from '../api.js';
import { classes, html, useEffect, useSignal } from '../dom.js';
import { ByEar } from '../parts/by-ear.js';
import { Cover } from '../parts/cover.js';
import { openMenu } from '../parts/menu.js';
import { say, toast, trouble } from '../parts/toasts.js';
import { trackItems } from '../parts/track-menu.js';
import { playNext, playTracks } from '../sound/player.js';
import { libraryTick, status } from '../state/live.js';
import { learn, readTracks, rowTick, setFavourite, knownTrack } from '../state/tracks.js';
import { panel } from '../state/window.js';
import { actions, dayOf, format, frame, player, size, timeOf, where } from '../words.js';
import { details as words } from '../words-more.js';
import { decisions } from '../words-sync.js';

const STARS = [1, 2, 3, 4, 5];

export default function TrackDetails({ id, close }) {
  const state = useSignal({ found: null, error: null });
  const tick = libraryTick.value;
  rowTick.value;
  useEffect(() => {
    let isOver = false;
    api.get(`/api/tracks/${id}`).then(
      (found) => {
        if (isOver) return;
        learn([found.track]);
        state.value = { found, error: null };
      },
      (error) => !isOver && (state.value = { found: null, error }),
    );
    return () => (isOver = true);
  }, [id, tick, knownTrack(id)?.download?.state, knownTrack(id)?.status]);
  const { found, error } = state.value;
  const track = knownTrack(id) || found?.track;
  if (!found || !track) return html`<header><h2>${words.title}</h2><button class="round icon-close" aria-label=${frame.close} onClick=${close}></button></header><p class="waiting scrolls">${error?.message || ''}</p>`;
  return html`
    <header class="details-head"><${Cover} of=${track.id} artwork=${track.artwork_id} name=${track.album || track.title} kind="is-bar" />
      <div><h2 dir="auto">${track.title}</h2><p dir="auto">${[track.artist, track.album].filter(Boolean).join(' · ')}</p></div><button class="round icon-close" aria-label=${frame.close} onClick=${close}></button></header>
    <div class="scrolls details" tabindex="-1">
      <div class="actions"><button class="button is-main icon-play" onClick=${() => playTracks([track.id])}>${actions.play}</button><button class="button is-quiet icon-queue" onClick=${() => playNext([track.id])}>${actions.playNext}</button>
        <button class=${classes('round', track.is_favourite ? 'icon-heart-full is-on' : 'icon-heart')} aria-pressed=${track.is_favourite} aria-label=${actions.favourite(track.title)} onClick=${() => setFavourite(track).catch(trouble)}></button>
        <button class="round icon-dots" aria-haspopup="menu" aria-label=${actions.more(track.title)} onClick=${(event) => openMenu(event.currentTarget, trackItems(track).filter((item) => item?.label !== actions.details), event, track.title)}></button></div>
      ${found.kept_because.length > 0 && html`<p class="note is-ok icon-check">${words.kept}: ${found.kept_because.join(', ')}</p>`}
      <${Rating} track=${track} />
      <${Parts} id=${track.id} parts=${found.parts} />
      ${found.links.length > 0 && html`<${Why} found=${found} id=${track.id} />`}
      <${Played} found=${found} />
      <${Tags} found=${found} />
    </div>`;
}

function Rating({ track }) {
  const rate = async (rating) => {
    try {
      await api.put(`/api/tracks/${track.id}/rating`, { rating });
      await readTracks([track.id]);
      say(rating ? words.ratingOf(rating) : words.noRating);
    } catch (error) {
      trouble(error);
    }
  };
  return html`<section class="stars" role="group" aria-label=${words.rating}><h3>${words.rating}</h3>${STARS.map((star) => html`<button class=${`round icon-${star <= (track.rating || 0) ? 'star-full is-on' : 'star'}`} aria-label=${words.ratingOf(star)} aria-pressed=${track.rating === star} onClick=${() => rate(track.rating === star ? null : star)}></button>`)}</section>`;
}

function partIcon(part) {
  if (part.status === 'local_file') return 'folder';
  return part.path ? 'check' : part.status === 'unavailable' ? 'unplug' : 'cloud';
}

function quality(part) {
  const told = [format(part.content_type)];
  if (part.sample_rate) told.push(`${part.sample_rate / 1000} kHz`);
  if (part.bitrate && !/flac|wav|aiff/.test(part.content_type)) told.push(`${Math.round(part.bitrate / 1000)} kbit/s`);
  return `${told.join(', ')} · ${part.is_same_file ? words.same : size(part.size_bytes)}`;
}

function Parts({ id, parts }) {
  const isHeard = useSignal(false);
  const sides = parts.filter((part) => part.entry_id !== null && part.status !== 'unavailable')
    .map((part) => ({ ...part, track_id: id, label: `${part.source_name} · ${format(part.content_type)}` }));
  const state = (part) => {
    const source = status.value?.sources.find((one) => one.id === part.source_id);
    if (part.path || part.status === 'local_file') return where[part.status === 'local_file' ? 'local_file' : 'cached'];
    if (part.status === 'unavailable') return where.unavailable;
    if (source?.needs_sign_in) return where.signIn;
    return source && !source.is_online ? where.isAway : where.stream_only;
  };
  return html`<section><h3>${words.sources}</h3><ul class="lines">${parts.map((part, place) => html`<li class=${`icon-${partIcon(part)}`}>
    <span><b dir="auto">${part.source_name}</b><small>${quality(part)}</small>${part.status === 'local_file' && part.path && html`<small class="path" dir="ltr">${part.path}</small>`}</span>
    ${place === 0 && parts.length > 1 ? html`<span class="pill">${words.playsFirst}</span>` : html`<span class="where">${state(part)}</span>`}</li>`)}</ul>
    ${sides.length > 1 && html`<div class="actions"><button class="button is-quiet icon-play" aria-pressed=${isHeard.value} onClick=${() => (isHeard.value = !isHeard.value)}>${decisions.compare}</button></div>`}
    ${isHeard.value && html`<${ByEar} key=${id} sides=${sides} />`}</section>`;
}

function Why({ found, id }) {
  const score = Math.min(...found.links.map((link) => link.score));
  const nameOf = (entry) => found.parts.find((part) => part.entry_id === entry)?.source_name || '';
  const split = async (part) => {
    try {
      const made = await api.post(`/api/tracks/${id}/split`, { entry_id: part.entry_id });
      toast(words.splitDone, made?.id ? { label: words.title, run: () => (panel.value = { kind: 'details', id: made.id }) } : undefined);
      await readTracks([id]);
      libraryTick.value += 1;
    } catch (error) {
      trouble(error);
    }
  };
  const ask = (event) => openMenu(event.currentTarget, found.parts.slice(1).filter((part) => part.entry_id).map((part) => ({ label: words.splitOne(part.source_name), icon: 'split', run: () => split(part) })), event, words.split);
  return html`<section><header class="section-head"><h3>${words.why}</h3><b class="where is-cached">${words.alike(score)}</b></header>
    <ul class="facts">${found.links.map((link) => html`<li class="icon-wave" key=${link.link_id}><span>${words.methods[link.method] || link.method}</span><small dir="auto">${[nameOf(link.entry_id), nameOf(link.other_entry_id)].filter(Boolean).join(' · ')}</small></li>
      ${link.fingerprint !== null && html`<li class="icon-note"><span>${words.sound}</span><small>${Math.round(link.fingerprint * 100)}%</small></li>`}
      ${link.vetoes.map((veto) => html`<li class="icon-warn is-warning"><span>${words.vetoes[veto] || veto}</span><small>${words.differs}</small></li>`)}`)}</ul>
    <div class="actions"><button class="button is-quiet icon-split" aria-haspopup="menu" onClick=${ask}>${words.split}</button></div></section>`;
}

function Played({ found }) {
  const most = Math.max(1, ...found.plays_by_month);
  return html`<section><header class="section-head"><h3>${words.played}</h3><span>${words.times(found.track.play_count)}</span></header>
    ${found.plays.length === 0 ? html`<p class="hint">${words.never}</p>` : html`<div class="months" role="img" aria-label=${`${words.months}: ${found.plays_by_month.join(', ')}`}>${found.plays_by_month.map((value) => html`<i style=${{ '--high': `${(100 * value) / most}%` }}></i>`)}</div>
    <ul class="facts">${found.plays.slice(0, 5).map((play) => html`<li key=${play.id}><span>${dayOf(play.played_at)} ${timeOf(play.played_at)}</span><small dir="auto">${play.told || words.onlyHere}</small></li>`)}</ul>`}</section>`;
}

function Tags({ found }) {
  const { track, genres } = found;
  const gain = track.replaygain;
  const rows = [[words.album, track.album], [words.track, track.track_number], [words.year, track.year], [words.genre, genres.join(', ')],
    [words.gain, gain ? [gain.track_gain_db, gain.album_gain_db].filter((db) => db !== null).map(player.gain).join(' / ') : words.noGain]];
  return html`<section><h3>${words.tags}</h3><ul class="facts">${rows.filter(([, value]) => value).map(([name, value]) => html`<li><span>${name}</span><small dir="auto">${value}</small></li>`)}</ul></section>`;
}
