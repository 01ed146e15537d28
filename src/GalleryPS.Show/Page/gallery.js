'use strict';
(() => {
  const $ = id => document.getElementById(id);
  const gallery = JSON.parse($('gallery').textContent);
  const images = [];
  const number = new Intl.NumberFormat('en-US');
  let current = -1;
  let playing = true;
  let ended = !gallery.live;
  let timer = 0;
  let shownAt = 0;
  const ahead = new Image();

  // ---- what there is ----

  function add(image) {
    // After a lost connection some come again.
    if (images[image.index]) return;
    images[image.index] = image;
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-label', `Image ${image.index}: ${image.name}`);
    button.title = image.name;
    if (image.error || !image.src) {
      button.className = 'bad';
    } else {
      const picture = document.createElement('img');
      picture.loading = 'lazy';
      picture.decoding = 'async';
      picture.alt = '';
      picture.onerror = () => { button.className = 'bad'; };
      picture.src = image.thumb || image.src;
      button.append(picture);
    }
    const label = document.createElement('span');
    label.textContent = image.index;
    button.append(label);
    button.onclick = () => show(image.index);
    item.append(button);
    $('strip').append(item);
    total();
    if (current < 0) show(0);
    else if (!timer) schedule();
    steps();
  }

  function total() {
    const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
    const datagrams = images.reduce((sum, image) => sum + (image.datagrams || 0), 0);
    const senders = new Set(images.filter(image => image.source).map(image => image.source.replace(/:\d+$/, '')));
    const parts = [[images.length, 'image'], [bytes, 'byte']];
    if (datagrams) parts.push([datagrams, 'datagram']);
    if (senders.size) parts.push([senders.size, 'sender']);
    $('total').replaceChildren(...parts.flatMap(([count, word], i) => {
      const value = document.createElement('b');
      value.textContent = number.format(count);
      return [i ? ' \u00b7 ' : '', value, ` ${word}${count === 1 ? '' : 's'}`];
    }));
  }

  // ---- showing one ----

  function show(index) {
    if (index < 0 || index >= images.length) return;
    const strip = $('strip').children;
    if (strip[current]) strip[current].firstChild.removeAttribute('aria-current');
    current = index;
    const image = images[index];
    const heading = gallery.title ? `${gallery.title}: image ${image.index}` : `Image ${image.index} at host ${gallery.host}`;
    $('title').textContent = heading;
    document.title = heading;
    $('empty').hidden = true;
    $('name').textContent = image.name;
    facts(image);
    strip[index].firstChild.setAttribute('aria-current', 'true');
    reveal(strip[index]);
    if (image.error || !image.src) {
      broken(image, image.error);
    } else {
      $('broken').hidden = true;
      const picture = $('image');
      picture.alt = image.name;
      picture.hidden = false;
      $('paint').hidden = true;
      bound(image);
      picture.classList.toggle('painted', paints(image));
      picture.src = image.src;
      weigh(image);
    }
    steps();
    shownAt = performance.now();
    schedule();
  }

  // Browsers keep the pixels of the images they drew, up to half a gigabyte. So the image element only loads the image
  // (and has its menu and its text); a canvas of the stage's size shows it, and the pixels are let go at once.

  const canvas = $('paint');
  const painter = canvas.getContext('bitmaprenderer');

  /*
   * The files of images that were shown stay until the script's collector runs, which does not know of their weight:
   * so it is told, with memory that is never touched.
   */
  let weight = null;
  function weigh(image) { weight = new ArrayBuffer(Math.min(image.bytes, 1 << 26)); }

  /* What may move has to be drawn by the browser itself. */
  function paints(image) { return painter && !image.moves; }

  /* Small images are enlarged, but not until their pixels are all there is to see. */
  function bound(image) {
    for (const element of [$('image'), canvas]) {
      element.style.setProperty('--width', image.width || 1e5);
      element.style.setProperty('--height', image.height || 1e5);
    }
  }

  async function paint() {
    const picture = $('image');
    const image = images[current];
    if (picture.hidden || !picture.complete || !picture.naturalWidth || !picture.classList.contains('painted')) return;
    const style = getComputedStyle(picture);
    const width = picture.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = picture.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    const scale = Math.min(1, devicePixelRatio * Math.min(width / picture.naturalWidth, height / picture.naturalHeight));
    const across = Math.max(1, Math.round(picture.naturalWidth * scale));
    const down = Math.max(1, Math.round(picture.naturalHeight * scale));
    try {
      const bitmap = image.turned ? drawn(picture, across, down)
        : await createImageBitmap(picture, { resizeWidth: across, resizeHeight: down, resizeQuality: 'high' });
      if (images[current] !== image) {
        bitmap.close();
        return;
      }
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      painter.transferFromImageBitmap(bitmap);
      canvas.hidden = false;
    } catch {
      if (images[current] === image) picture.classList.remove('painted');
    }
  }

  /* Browsers do not agree on whether createImageBitmap turns an image as its EXIF data say; drawing does. */
  function drawn(picture, width, height) {
    const sheet = new OffscreenCanvas(width, height);
    const context = sheet.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, width, height);
    return sheet.transferToImageBitmap();
  }

  $('image').onload = paint;
  new ResizeObserver(() => paint()).observe($('picture'));

  function facts(image) {
    const list = [['Bytes', `${number.format(image.bytes)} bytes`]];
    if (image.width) list.push(['Format', image.format === 'WebP' ? 'WebP' : image.format.toUpperCase()], ['Size', `${image.width} \u00d7 ${image.height}`]);
    if (image.source) list.push(['Sender', `from ${image.source}`]);
    if (image.datagrams !== undefined) list.push(['Datagrams', `${number.format(image.datagrams)} datagram${image.datagrams === 1 ? '' : 's'}`]);
    $('facts').replaceChildren(...list.map(([term, text]) => {
      const row = document.createElement('div');
      const dt = document.createElement('dt');
      const dd = document.createElement('dd');
      dt.textContent = term;
      dd.textContent = text;
      row.append(dt, dd);
      return row;
    }));
  }

  async function broken(image, reason) {
    if (images[current] !== image) return;
    $('image').hidden = $('paint').hidden = true;
    $('image').removeAttribute('src');
    $('reason').textContent = reason || '';
    $('broken').hidden = false;
    if (reason || !gallery.live) return;

    // The server may know more than the browser tells.
    for (const address of [image.src, image.thumb]) {
      if (!address) continue;
      try {
        const answer = await fetch(address);
        if (answer.status === 422) image.error = await answer.text();
        else answer.body?.cancel();
      } catch { /* the connection is shown elsewhere */ }
      if (image.error) break;
    }
    image.error ||= 'The browser cannot decode it.';
    if (images[current] === image) $('reason').textContent = image.error;
  }

  $('image').onerror = () => {
    if (current >= 0 && $('image').hasAttribute('src')) broken(images[current], gallery.live ? '' : 'The browser cannot decode it.');
  };

  /* The filmstrip only scrolls by itself as far as it must, and never the page. */
  function reveal(item) {
    const strip = $('strip');
    const left = item.offsetLeft - strip.offsetLeft;
    if (left < strip.scrollLeft + 40 || left + item.offsetWidth > strip.scrollLeft + strip.clientWidth - 40) {
      strip.scrollLeft = left - (strip.clientWidth - item.offsetWidth) / 2;
    }
  }

  // ---- going on by itself ----

  /* The last image of a live view stands until another one comes; otherwise the show begins again. */
  function waiting() { return current === images.length - 1 && !ended; }

  function schedule() {
    clearTimeout(timer);
    timer = 0;
    bar(0);
    if (!playing || current < 0 || images.length < 2 || waiting()) return;
    const next = (current + 1) % images.length;
    const left = Math.max(0, gallery.interval - (performance.now() - shownAt));
    preload(images[next]);
    bar(left);
    timer = setTimeout(() => show(next), left);
  }

  /* One element for all of them: every other one would keep its image until somebody collects it. */
  function preload(image) {
    if (image && image.src && !image.error) ahead.src = image.src;
    else ahead.removeAttribute('src');
  }

  function bar(left) {
    const elapsed = $('elapsed');
    elapsed.getAnimations().forEach(animation => animation.cancel());
    const from = `scaleX(${1 - left / gallery.interval})`;
    if (left > 0) elapsed.animate([{ transform: from }, { transform: 'scaleX(1)' }], left);
  }

  function play(on) {
    playing = on;
    $('play').toggleAttribute('data-paused', !on);
    $('play').setAttribute('aria-label', on ? 'Pause' : 'Go on');
    $('title').setAttribute('aria-live', on ? 'off' : 'polite');
    shownAt = performance.now();
    schedule();
  }

  function step(by) {
    if (images.length) show((current + by + images.length) % images.length);
  }

  function steps() {
    $('previous').hidden = $('next').hidden = $('play').hidden = images.length < 2;
  }

  // ---- hands ----

  $('previous').onclick = () => step(-1);
  $('next').onclick = () => step(1);
  $('image').onclick = () => step(1);
  $('play').onclick = () => play(!playing);
  $('full').onclick = full;
  $('theme').onclick = theme;
  $('full').hidden = !document.fullscreenEnabled;

  function full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  }

  function theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  }

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onButton = event.target instanceof HTMLButtonElement;
    switch (event.key) {
      case 'ArrowRight': case 'PageDown': step(1); break;
      case 'ArrowLeft': case 'PageUp': step(-1); break;
      case 'Home': show(0); break;
      case 'End': show(images.length - 1); break;
      case 'f': case 'F': full(); break;
      case 't': case 'T': theme(); break;
      case ' ': if (onButton) return; play(!playing); break;
      default: return;
    }
    event.preventDefault();
  });

  let touch = null;
  $('picture').addEventListener('touchstart', event => {
    touch = event.touches.length === 1 ? event.touches[0].clientX : null;
  }, { passive: true });
  $('picture').addEventListener('touchend', event => {
    if (touch === null) return;
    const way = event.changedTouches[0].clientX - touch;
    touch = null;
    if (Math.abs(way) > 50) step(way < 0 ? 1 : -1);
  }, { passive: true });

  // ---- where images come from ----

  function status(state, text) {
    const element = $('status');
    if (element.textContent === text) return;
    element.dataset.state = state;
    element.textContent = text;
  }

  function listen() {
    status('wait', 'Connecting');
    const events = new EventSource('events');
    events.onopen = () => { if (!ended) status('live', 'Live'); };
    events.addEventListener('image', event => add(JSON.parse(event.data)));
    events.addEventListener('end', event => {
      ended = true;
      events.close();
      status('end', JSON.parse(event.data).received ? 'End of transmission' : 'All images are here');
      if (!images.length) $('empty').textContent = 'No images came';
      schedule();
    });
    events.onerror = () => {
      if (!ended) status('lost', events.readyState === EventSource.CLOSED ? 'Disconnected' : 'Connection lost, trying again');
    };
  }

  // On paper are all images, not the one that is on the screen; the tab goes on saying which that is.
  const whole = $('title').textContent;
  addEventListener('beforeprint', () => {
    if (images.length > 1) $('title').textContent = whole;
  });
  addEventListener('afterprint', () => {
    $('title').textContent = document.title;
  });

  gallery.images.forEach(add);
  total();
  if (gallery.live) {
    listen();
  } else if (!images.length) {
    $('empty').textContent = 'No images';
  }
})();
