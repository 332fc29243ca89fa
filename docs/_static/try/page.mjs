// Make each block of Python on the page one that can be changed and run.
//
// A block runs after all those above it, with nothing left over from before: what is shown is always
// what the texts on the page give.

const blocks = [...document.querySelectorAll("div.highlight-python")].map(blockOf);
let worker = null;

/** An editor in place of a block, with what is shown below it. */
function blockOf(shown, number) {
  const original = shown.querySelector("pre").textContent.trimEnd();
  const section = made("section", "try");
  const editor = made("textarea", "try-code");
  editor.value = original;
  editor.spellcheck = false;
  editor.autocapitalize = "off";
  editor.setAttribute("aria-label", `Python, block ${number + 1}`);
  const buttons = made("div", "try-buttons");
  const run = button("Run", () => runUpTo(number));
  const stop = button("Stop", stopped);
  const back = button("As it was", () => {
    editor.value = original;
    changed();
  });
  const state = made("span", "try-state");
  state.setAttribute("role", "status");
  const output = made("div", "try-output");
  output.setAttribute("aria-live", "polite");
  const after = shown.nextElementSibling;
  shown.replaceWith(section);
  if (after?.matches("div.highlight-text, figure.display")) {
    output.append(after);
  }
  buttons.append(run, stop, back, state);
  section.append(editor, buttons, output);

  function changed() {
    editor.rows = editor.value.split("\n").length;
    back.hidden = editor.value === original;
  }
  editor.addEventListener("input", changed);
  editor.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") {
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      event.preventDefault();
      runUpTo(number);
    } else {
      indent(event, editor);
    }
  });
  stop.hidden = true;
  changed();
  return { editor, run, stop, state, output };
}

/** Begin the next line below the first character of this one, four spaces on after a colon or bracket. */
function indent(event, editor) {
  const before = editor.value.slice(0, editor.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const spaces = line.match(/^ */)[0] + (/[:([{]\s*$/.test(line) ? "    " : "");
  event.preventDefault();
  editor.setRangeText(`\n${spaces}`, editor.selectionStart, editor.selectionEnd, "end");
  editor.dispatchEvent(new Event("input"));
}

function runUpTo(last) {
  if (worker?.busy) {
    return;
  }
  blocks.forEach((_block, number) => told(number, ""));
  if (!worker) {
    worker = new Worker(new URL("worker.mjs", import.meta.url), { type: "module" });
    worker.onerror = () => failed(last, "the files of this page cannot be loaded");
    told(last, "Python starts, which takes some seconds …");
  }
  worker.onmessage = ({ data }) => heard(data, last);
  busy(true, last);
  worker.postMessage(blocks.slice(0, last + 1).map(({ editor }) => editor.value));
}

function heard(data, last) {
  if (data.failed) {
    failed(last, data.failed);
  } else if (data.done) {
    busy(false, last);
    const above = data.failing !== null && data.failing < last;
    told(last, above ? `block ${data.failing + 1}, above, fails` : "");
  } else if (data.result) {
    show(blocks[data.number].output, data.result);
  } else {
    told(last, data.running < last ? `block ${data.running + 1} runs …` : "runs …");
  }
}

/** Show what a block printed, what its last line gives, and what failed. */
function show(output, { printed, html, text, error }) {
  const parts = [];
  if (printed || text) {
    parts.push(textual("try-printed", [printed, text].filter(Boolean).join("")));
  }
  if (html) {
    const figure = made("figure", "display");
    figure.innerHTML = html;
    parts.push(figure);
  }
  if (error) {
    parts.push(textual("try-error", error));
  }
  output.replaceChildren(...parts);
}

function stopped() {
  worker?.terminate();
  worker = null;
  blocks.forEach((_block, number) => told(number, ""));
  busy(false, 0);
}

function failed(last, why) {
  stopped();
  told(last, `Python does not start: ${why}`);
}

function busy(is, last) {
  if (worker) {
    worker.busy = is;
  }
  for (const { run, stop } of blocks) {
    run.disabled = is;
    stop.hidden = true;
  }
  blocks[last].stop.hidden = !is;
}

function told(number, text) {
  blocks[number].state.textContent = text;
}

function button(text, onclick) {
  const element = made("button", "try-button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", onclick);
  return element;
}

function textual(name, text) {
  const element = made("pre", name);
  element.textContent = text;
  return element;
}

function made(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
