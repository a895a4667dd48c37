// What a reader takes away: tables as CSV, pictures as PNG.

function download(name, content, type) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const quoted = (value) => {
  const text = String(value ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

// A byte order mark, so that Excel reads the accents.
function downloadCsv(name, rows) {
  download(name, `\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`, "text/csv");
}

function wrapped(pen, text, width) {
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && pen.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

// The picture as one can send it on: title, legend, what is shown, source and date inside.
function downloadPng(name, frame, { title, legend, note, source }) {
  const ratio = 2, edge = 20, width = Math.max(frame.width, 480);
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = `12px ${FONT}`;
  const today = new Date().toISOString().slice(0, 10);
  const notes = [note, `Source: ${source}. Drawn by buzzline, ${today}.`]
    .flatMap((text) => wrapped(ruler, text, width - 2 * edge));
  const keys = [];
  let kx = edge, ky = 0;
  for (const item of legend) {
    const w = ruler.measureText(item.text).width + 44;
    if (kx + w > width - edge && kx > edge) { kx = edge; ky += 20; }
    keys.push({ ...item, x: kx, y: ky });
    kx += w;
  }
  const top = 46, below = 18 + ky + 20 + notes.length * 17 + 14;
  const sheet = document.createElement("canvas");
  sheet.width = width * ratio;
  sheet.height = (top + frame.height + below) * ratio;
  const pen = sheet.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = palette.paper;
  pen.fillRect(0, 0, width, top + frame.height + below);
  pen.save();
  pen.translate((width - frame.width) / 2, top);
  pen.beginPath();
  pen.rect(0, 0, frame.width, frame.height);
  pen.clip();
  frame.drawing(pen, false);
  pen.restore();
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillStyle = palette.ink;
  pen.font = `600 16px ${FONT}`;
  pen.fillText(title, edge, 24, width - 2 * edge);
  pen.font = `12px ${FONT}`;
  for (const key of keys) {
    const y = top + frame.height + 18 + key.y;
    key.mark(pen, key.x, y);
    pen.fillStyle = palette.ink;
    pen.fillText(key.text, key.x + 26, y);
  }
  pen.fillStyle = palette.quiet;
  notes.forEach((line, i) => pen.fillText(line, edge, top + frame.height + 18 + ky + 26 + i * 17));
  sheet.toBlob((blob) => download(name, blob), "image/png");
}

const lineMark = (colour) => (pen, x, y) => {
  pen.strokeStyle = colour;
  pen.lineWidth = 3;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 20, y);
  pen.stroke();
};
const discMark = (colour, hollow) => (pen, x, y) => {
  pen.beginPath();
  pen.arc(x + 10, y, hollow ? 6 : 4, 0, 2 * Math.PI);
  pen.lineWidth = 1.6;
  pen.strokeStyle = pen.fillStyle = colour;
  hollow ? pen.stroke() : pen.fill();
};
