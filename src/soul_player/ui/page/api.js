// The local API: JSON in, JSON out, and one kind of error, in the client's own words.

const WAIT_MS = 30_000;

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || 'Soul Player does not answer');
    this.status = status;
    this.code = body.code || 'unknown';
    this.hint = body.hint || '';
    this.position = body.position;
    this.fingerprint = body.fingerprint;
  }
}

async function ask(method, path, { query, body, signal, keepalive } = {}) {
  const url = query ? `${path}?${parameters(query)}` : path;
  let answer;
  try {
    answer = await fetch(url, {
      method,
      keepalive,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal || AbortSignal.timeout(WAIT_MS),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { code: 'not_running', title: 'Soul Player is not running', hint: 'start it with: soul ui' });
  }
  if (answer.status === 401) {
    // The session is over: the page that tells how to get a new one is served in this place.
    location.reload();
    return new Promise(() => {});
  }
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? null : answer.json();
}

export async function problemOf(answer) {
  const isProblem = (answer.headers.get('content-type') || '').startsWith('application/problem+json');
  return new Problem(answer.status, isProblem ? await answer.json() : { title: answer.statusText });
}

function parameters(query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return new URLSearchParams(pairs).toString();
}

export const api = {
  get: (path, query, options) => ask('GET', path, { query, ...options }),
  post: (path, body, options) => ask('POST', path, { body, ...options }),
  put: (path, body, options) => ask('PUT', path, { body, ...options }),
  patch: (path, body, options) => ask('PATCH', path, { body, ...options }),
  delete: (path, options) => ask('DELETE', path, options),
};
