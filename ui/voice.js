// Voice in and out: by the shop's own speech models where it has them, else by the browser's speech functions.
window.raVoice = (tell) => {
  'use strict';
  const models = window.raSpeech || {};  // hears, speaks: whether the shop has such a model; seconds of a recording
  const RATE = 16000;  // samples a second, which recognition models read
  const QUIET_ENDS = 1500;  // milliseconds of quiet after which what was said is taken as whole
  const LOUD = 0.015;  // root mean square of speech near a microphone
  const browser = window.SpeechRecognition || window.webkitSpeechRecognition;
  const records = models.hears && navigator.mediaDevices?.getUserMedia && window.MediaRecorder;
  const hears = models.hears ? records : browser;
  const speaks = models.speaks || 'speechSynthesis' in window;

  // Voice out: the answer's words; once more stops.
  let stopSpeaking = null;
  const speak = (button) => {
    const said = button.closest('.ra-turn')?.querySelector('.ra-said');
    if (stopSpeaking) { stopSpeaking(); return; }
    if (said) (models.speaks ? play : utter)(said.innerText);
  };
  const utter = (said) => {
    const words = new SpeechSynthesisUtterance(said);
    words.lang = 'en-GB';
    words.onend = words.onerror = () => { stopSpeaking = null; };
    stopSpeaking = () => { speechSynthesis.cancel(); stopSpeaking = null; };
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  };
  const play = async (said) => {
    const left = new AbortController();
    const audio = new Audio();
    const over = () => { URL.revokeObjectURL(audio.src); stopSpeaking = null; };
    stopSpeaking = () => { left.abort(); audio.pause(); over(); };
    try {
      const body = JSON.stringify({text: said.slice(0, 2000)});
      const headers = {'Content-Type': 'application/json'};
      const response = await fetch('api/speak', {method: 'POST', headers, body, signal: left.signal});
      if (!response.ok) throw new Error(String(response.status));
      audio.src = URL.createObjectURL(await response.blob());
      audio.onended = over;
      await audio.play();
    } catch (failure) {
      if (left.signal.aborted) return;
      over();
      tell('voice_away');
    }
  };

  // Voice in: what was understood is sent like a typed message; an answer to it is read out by the shop's voice.
  let stopListening = null;
  let awaited = null;  // the last turn's number when a spoken question was sent
  const listen = async (button) => {
    if (stopListening) { stopListening(); return; }
    const name = button.getAttribute('aria-label');
    const state = (pressed, label) => {
      button.setAttribute('aria-pressed', String(pressed));
      button.setAttribute('aria-label', label);
    };
    stopListening = () => {};
    state(true, button.dataset.stop);
    let [heard, failed] = ['', 'unheard'];
    try {
      if (records) {
        const sound = await record();
        button.setAttribute('aria-busy', 'true');  // not disabled: it keeps the focus
        state(false, button.dataset.wait);
        failed = 'hearing_away';
        heard = sound ? await understood(await wav(sound)) : '';
        failed = 'unheard';
      } else heard = await recognised();
    } catch (failure) {
      console.warn('speech', failure);
    }
    stopListening = null;
    button.removeAttribute('aria-busy');
    state(false, name);
    if (!heard) { tell(failed); return; }
    awaited = models.speaks ? lastTurn()?.dataset.turn || '0' : null;
    tell('ask', heard);
  };
  const recognised = () => new Promise((done) => {
    const listening = new browser();
    listening.lang = 'en-GB';
    let heard = '';
    listening.onresult = (event) => { heard = event.results[0][0].transcript.trim(); };
    listening.onend = () => done(heard);
    stopListening = () => listening.stop();
    listening.start();
  });

  // A recording ends with a second press, after some quiet, or when it is as long as the shop takes.
  const record = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({audio: true});
    const recorder = new MediaRecorder(stream);
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const whole = new Promise((done) => { recorder.onstop = done; });
    const end = () => { if (recorder.state !== 'inactive') recorder.stop(); };
    stopListening = end;
    recorder.start();
    const hush = afterQuiet(stream, end);
    const late = setTimeout(end, models.seconds * 1000);
    await whole;
    clearTimeout(late);
    hush();
    stream.getTracks().forEach((track) => track.stop());
    return new Blob(parts, {type: recorder.mimeType});
  };
  const afterQuiet = (stream, end) => {
    const context = new AudioContext();
    const meter = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(meter);
    const wave = new Float32Array(meter.fftSize);
    let spoke = 0;
    const look = setInterval(() => {
      meter.getFloatTimeDomainData(wave);
      const loud = Math.sqrt(wave.reduce((sum, each) => sum + each * each, 0) / wave.length) > LOUD;
      if (loud) spoke = Date.now();
      else if (spoke && Date.now() - spoke > QUIET_ENDS) end();
    }, 100);
    return () => { clearInterval(look); context.close(); };
  };

  // The browser decodes its own recording; the server gets plain samples: one channel of 16 bits.
  const wav = async (recording) => {
    const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await recording.arrayBuffer());
    const length = Math.min(sound.length, Math.floor(models.seconds * RATE));
    const view = new DataView(new ArrayBuffer(44 + 2 * length));
    const word = (at, text) => [...text].forEach((sign, place) => view.setUint8(at + place, sign.charCodeAt(0)));
    word(0, 'RIFF'); view.setUint32(4, 36 + 2 * length, true); word(8, 'WAVEfmt ');
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true);
    view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    word(36, 'data'); view.setUint32(40, 2 * length, true);
    const channels = Array.from({length: sound.numberOfChannels}, (_, each) => sound.getChannelData(each));
    for (let place = 0; place < length; place += 1) {
      const mixed = channels.reduce((sum, each) => sum + each[place], 0) / channels.length;
      view.setInt16(44 + 2 * place, Math.round(Math.max(-1, Math.min(1, mixed)) * 32767), true);
    }
    return view.buffer;
  };
  const understood = async (body) => {
    const response = await fetch('api/listen', {method: 'POST', headers: {'Content-Type': 'audio/wav'}, body});
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()).text.trim();
  };

  const lastTurn = () => [...document.querySelectorAll('.ra-turn')].pop();
  const able = (root) => {
    if (speaks) root.querySelectorAll('[data-speak][hidden]').forEach((each) => { each.hidden = false; });
    if (hears) root.querySelectorAll('[data-listen][hidden]').forEach((each) => { each.hidden = false; });
    const newest = awaited === null ? null : lastTurn();
    if (!newest || newest.dataset.turn === awaited) return;
    const button = newest.querySelector('[data-speak]');
    if (button || newest.querySelector('.ra-failed')) awaited = null;
    if (button && !stopSpeaking) speak(button);
  };
  return {able, listen, speak};
};
