// Signing out of this page: in this browser, or in every other one; and how to come back.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { signOut as words } from '../words-sync.js';
import { Card, Doing } from './cards.js';
import { toast, trouble } from './toasts.js';

// The page that lets browsers in reads this, and says how to come back.
const OUT = '/#signed-out';

export function SignOut() {
  const takesPassword = useSignal(null);
  useEffect(() => {
    api.get('/api/session').then((state) => (takesPassword.value = state.takes_password), trouble);
  }, []);
  const here = async () => {
    await api.delete('/api/session');
    location.replace(OUT);
  };
  const others = async () => {
    await api.delete('/api/sessions/others');
    toast(words.othersDone);
  };
  return html`<${Card} title=${words.title} hint=${takesPassword.value === null ? '' : words.hint(takesPassword.value)}>
    <div class="actions"><${Doing} run=${here} icon="lock">${words.here}</${Doing}><${Doing} run=${others}>${words.others}</${Doing}></div>
  </${Card}>`;
}
