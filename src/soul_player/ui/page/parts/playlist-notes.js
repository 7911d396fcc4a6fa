// What a playlist has to say of itself: a decision that waits for a person, or edits that wait for their server.
import { html, useSignal } from '../dom.js';
import { questions, useReading } from '../state/sync.js';
import { playlists as words } from '../words-more.js';
import { decisions as decisionWords } from '../words-sync.js';
import { QuestionDialog, titleOf } from './choice-question.js';

export function PlaylistNotes({ playlist }) {
  const isOpen = useSignal(false);
  const question = useReading(questions)?.questions.find((one) => one.playlist_id === playlist.id);
  if (question) {
    return html`<p class="note is-warning icon-warn" role="status"><span dir="auto">${titleOf(question)}.</span><button onClick=${() => (isOpen.value = true)}>${decisionWords.show}</button></p>
      ${isOpen.value && html`<${QuestionDialog} question=${question} close=${() => (isOpen.value = false)} />`}`;
  }
  return playlist.pending > 0 && html`<p class="note icon-clock"><span>${words.pending(playlist.pending)}</span><a href="/sync">${words.see}</a></p>`;
}
