// Lets a browser in: by the one-time code behind the address's #, else by the password if one is set.

const JSON_HEADERS = { "content-type": "application/json" };
const part = (id) => document.getElementById(id);

function say(text) {
  part("what").textContent = text;
}

// Whether it was let in; else the reason is said.
async function signIn(proof) {
  const answer = await fetch("/api/session", { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(proof) });
  if (answer.ok) return true;
  const wait = answer.headers.get("retry-after");
  say((await answer.json()).detail + (wait ? ` (${wait} s).` : "."));
  return false;
}

function enter() {
  location.replace(location.pathname);
}

function askForPassword() {
  part("form").hidden = false;
  part("password").focus();
  part("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (await signIn({ password: part("password").value })) enter();
    } catch {
      say("Soul Player does not answer.");
    }
    part("password").select();
  });
}

async function open() {
  const isOut = location.hash === "#signed-out";
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  // Neither the history nor a bookmark keeps the code.
  history.replaceState(null, "", location.pathname);
  if (code && (await signIn({ code }))) return enter();
  // A link from another site brings no cookie along, though there may be one: our own request does.
  const session = await (await fetch("/api/session")).json();
  if (session.is_signed_in) return enter();
  if (isOut) say("You are signed out in this browser. Your music and what was downloaded stay where they are.");
  else if (!code) say("This browser has not been let in yet.");
  if (session.takes_password) askForPassword();
  part("how").hidden = false;
}

open().catch(() => say("Soul Player does not answer."));
