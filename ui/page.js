// What the page does by itself in the browser: cart drawer, language, and going on after a lost connection.
(() => {
  'use strict';
  const page = document.documentElement;
  // The document's language is the reader's; the framework would set its own.
  const spoken = page.dataset.spoken || page.lang;
  const speak_it = () => { if (page.lang !== spoken) page.lang = spoken; };
  new MutationObserver(speak_it).observe(page, {attributeFilter: ['lang']});
  speak_it();
  const keep = (name, value, days = 365) => {
    document.cookie = `${name}=${encodeURIComponent(value)}; Max-Age=${days * 86400}; Path=/; SameSite=Lax`;
  };
  const tell = (action, value = '') => window.dispatchEvent(new CustomEvent('ra-tell', {detail: {action, value}}));

  // The drawer: Escape closes it, and the focus goes back to where it came from.
  let cameFrom = null;
  let isOpen = false;
  let isOffline = false;
  const show = () => {  // again after each change: the page's parts are written anew
    document.querySelector('#ra-cart')?.classList.toggle('ra-open', isOpen);
    document.querySelectorAll('.ra-offline').forEach((each) => each.classList.toggle('ra-on', isOffline));
  };
  const drawer = (open) => {
    if (open === isOpen) return;
    isOpen = open;
    show();
    if (open) {
      cameFrom = document.activeElement;
      document.querySelector('#ra-cart [data-drawer]')?.focus();
    } else {
      (document.contains(cameFrom) ? cameFrom : document.querySelector('.ra-cart-open'))?.focus();
    }
  };

  const voice = window.raVoice(tell);
  new MutationObserver(() => { voice.able(document); show(); }).observe(page, {childList: true, subtree: true});

  document.addEventListener('click', (event) => {
    const at = (name) => event.target.closest?.(`[${name}]`);
    const pressed = at('data-drawer') || at('data-speak') || at('data-listen') || at('data-language') || at('data-leave');
    if (!pressed) {
      if (!event.target.closest?.('#ra-cart')) drawer(false);
      return;
    }
    if (pressed.dataset.drawer) drawer(pressed.dataset.drawer === 'open');
    else if ('speak' in pressed.dataset) voice.speak(pressed);
    else if ('listen' in pressed.dataset) voice.listen(pressed);
    else if (pressed.dataset.language) { keep('retail_assistant_language', pressed.dataset.language); location.reload(); }
    else if ('leave' in pressed.dataset) { keep('retail_assistant_try', '', 0); location.reload(); }
  });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') drawer(false); });

  // A picture that is too large is told before it is sent.
  const most = 10 * 1024 * 1024;
  document.addEventListener('change', (event) => {
    if (event.target.type !== 'file' || !event.target.closest('.ra-ask')) return;
    if ([...event.target.files].some((file) => file.size > most)) {
      event.stopImmediatePropagation();
      event.target.value = '';
      tell('too_large');
    }
  }, true);

  // A lost connection is told, and the page goes on with what was said meanwhile.
  const connected = (on) => {
    isOffline = !on;
    show();
    if (on) tell('refresh');
  };
  window.addEventListener('offline', () => connected(false));
  window.addEventListener('online', () => connected(true));
  window.addEventListener('pageshow', (event) => { if (event.persisted) tell('refresh'); });

  window.raForget = async () => { await fetch('visit', {method: 'POST'}); };
  window.raTry = () => {
    const tried = document.querySelector('[data-try]')?.dataset.try;
    if (tried) { keep('retail_assistant_try', tried, 1); location.reload(); }
  };
})();
