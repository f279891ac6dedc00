"use strict";

const text = document.getElementById("text");
const slider = document.getElementById("threshold");
const report = document.getElementById("status");
const list = document.getElementById("sentences");
const WAIT = 150;
const UNKNOWN = "no score, since the network knows no word of it";

let found = null;
let timer = 0;
let request = null;

function element(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  // Never as HTML: what was typed stays text.
  if (content !== undefined) made.textContent = content;
  return made;
}

function signed(value) {
  return (value < 0 ? "\u2212" : "+") + Math.abs(value).toFixed(2);
}

function markedText(sentence) {
  const line = element("div", "sx-text");
  line.dir = "auto";
  for (const piece of sentence.pieces) {
    if (piece.attribution === null) {
      line.append(piece.text);
      continue;
    }
    const word = element("span", "", piece.text);
    let effect = "hardly moves the score";
    if (piece.marked) {
      const raises = piece.attribution > 0;
      word.className = raises ? "sx-up" : "sx-down";
      const strength = Math.abs(piece.attribution) / sentence.scale;
      word.style.setProperty("--sx-strength", strength.toFixed(2));
      effect = raises ? "raises the score" : "lowers the score";
    }
    word.title = signed(piece.attribution) + ": " + effect;
    line.append(word);
  }
  return line;
}

function show() {
  const threshold = Number(slider.value);
  document.getElementById("threshold-value").textContent = threshold.toFixed(2);
  list.replaceChildren();
  if (found === null || found.sentences.length === 0) {
    report.textContent = "";
    return;
  }
  let over = 0;
  for (const sentence of found.sentences) {
    const isOver = sentence.score !== null && sentence.score >= threshold;
    over += isOver;
    const item = element("li", isOver ? "over" : "");
    const verdict = isOver ? "at or above the threshold" : "below the threshold";
    const said = sentence.score === null ? UNKNOWN : sentence.score.toFixed(3) + ", " + verdict;
    item.append(element("span", "verdict", said));
    item.append(markedText(sentence));
    if (sentence.strongest.length) {
      const words = sentence.strongest.map((word) => word.text + " " + signed(word.attribution));
      item.append(element("div", "strongest", "Strongest words: " + words.join(", ")));
    }
    list.append(item);
  }
  const count = found.sentences.length;
  const whole = found.score === null ? UNKNOWN : found.score.toFixed(3);
  report.textContent = "Whole text: " + whole + ". " + over + " of " + count +
    (count === 1 ? " sentence is" : " sentences are") + " at or above the threshold.";
  if (found.tokens_read !== null) {
    report.textContent += " The score of the whole text reads its first " + found.tokens_read +
      " tokens only.";
  }
}

async function score() {
  if (request) request.abort();
  request = new AbortController();
  const signal = request.signal;
  report.classList.remove("error");
  try {
    const reply = await fetch("explain", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: text.value }),
      signal,
    });
    const answer = await reply.json();
    if (signal.aborted) return;
    if (!reply.ok) throw new Error(answer.error);
    found = answer;
    show();
  } catch (error) {
    if (signal.aborted) return;
    found = null;
    show();
    report.classList.add("error");
    report.textContent = "Not scored: " + error.message;
  }
}

text.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(score, WAIT);
});
slider.addEventListener("input", show);
for (const button of document.querySelectorAll("#examples button")) {
  button.addEventListener("click", () => {
    text.value = button.textContent;
    score();
    text.focus();
  });
}
if (text.value) score();
