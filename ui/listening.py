"""The few lines of JavaScript of the page: reporting pressed buttons, and following a growing answer. Knows no text."""

# A press of any button made by `escaping.button` becomes a click event with its action and value.
CLICK_SCRIPT = """
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('[data-action]');
  if (pressed && !pressed.disabled) {
    const typed = pressed.closest('[data-typed]')?.querySelector('input')?.value ?? '';
    trigger('click', {action: pressed.dataset.action, value: pressed.dataset.value + typed});
  }
});
"""

# What the page's own script tells (`page.js`) becomes a click event, too.
TOLD_SCRIPT = """
window.addEventListener('ra-tell', (event) => trigger('click', event.detail));
"""

# A screen reader is told each notice.
NOTICE_SCRIPT = """
element.setAttribute('role', 'status');
"""

# The chat scrolls with the answer unless the person has scrolled up; a screen reader is told what is new.
CHAT_SCRIPT = """
const chat = element.closest('#ra-chat');
if (chat) {
  chat.setAttribute('role', 'log');
  chat.setAttribute('aria-labelledby', 'ra-chat-name');
  chat.tabIndex = 0;
  let follows = true;
  chat.addEventListener('scroll', () => {
    follows = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  });
  let asked = '';
  watch('value', () => {
    const turn = element.querySelector('.ra-turn');
    const question = element.querySelector('.ra-question');
    if (question && question.textContent !== asked) { asked = question.textContent; follows = true; }
    if (!follows || !turn) return;
    const top = turn.getBoundingClientRect().top - chat.getBoundingClientRect().top + chat.scrollTop;
    chat.scrollTop = top - 8;
  });
}
"""

# A question asked from further down the page brings its answer into view; a screen reader is told what is new.
DESK_SCRIPT = """
element.setAttribute('aria-live', 'polite');
let asked = '';
watch('value', () => {
  const question = element.querySelector('.ra-question');
  const said = question ? question.textContent : '';
  if (said && said !== asked && element.getBoundingClientRect().top < 0) {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.scrollIntoView({block: 'start', behavior: calm ? 'auto' : 'smooth'});
  }
  asked = said;
});
"""
