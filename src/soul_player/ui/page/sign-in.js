// Exchanges the one-time code behind the address's # for the session's cookie, and opens the page.

const JSON_HEADERS = { "content-type": "application/json" };

function say(text) {
  document.getElementById("what").textContent = text;
  document.getElementById("how").hidden = false;
}

async function exchange(code) {
  const answer = await fetch("/api/session", { method: "POST", headers: JSON_HEADERS, body: JSON.stringify({ code }) });
  if (answer.ok) return true;
  say((await answer.json()).detail + ".");
  return false;
}

// A link from another site brings no cookie along, though there may be one: our own request does.
async function isSignedIn() {
  return (await fetch("/api/status")).ok;
}

async function open() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  // Neither the history nor a bookmark keeps the code.
  history.replaceState(null, "", location.pathname);
  if (code ? await exchange(code) : await isSignedIn()) {
    location.replace(location.pathname);
  } else if (!code) {
    say("This browser has not been let in yet.");
  }
}

open().catch(() => say("Soul Player does not answer."));
