// Adds comfort; every page works without it.

// A new athlete's time zone is most often that of the browser.
for (const field of document.querySelectorAll("[data-own-zone]")) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

document.documentElement.classList.add("scripted");

// An import that is running: the figures as they come, and the whole page anew at its end.
const running = document.querySelector("[data-running]");
if (running) {
  const look = async () => {
    try {
      const answer = await fetch(running.dataset.running);
      if (answer.ok) {
        const { state, counts } = await answer.json();
        if (state !== "running") return location.reload();
        let done = 0;
        for (const [result, files] of Object.entries(counts)) {
          const figure = running.querySelector(`[data-result="${result}"]`);
          if (figure) figure.textContent = files.toLocaleString("en-GB");
          if (result !== "waiting") done += files;
        }
        document.getElementById("done").textContent = done.toLocaleString("en-GB");
      }
    } catch {
      // The service may come back.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}

const form = document.getElementById("upload");
if (form) {
  const problem = document.getElementById("problem");
  const sending = document.getElementById("sending");
  const [text, bar] = [sending.querySelector("p"), sending.querySelector("progress")];
  const button = form.querySelector("button");
  const limit = Number(form.dataset.requestLimit);
  const size = (bytes) => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

  const refuse = (words) => {
    sending.hidden = true;
    button.disabled = false;
    problem.textContent = words;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  };

  // All files are one upload, so that they are one import.
  const send = (files) => {
    if (button.disabled) return;
    problem.hidden = true;
    if (files.length === 0) return refuse("No file was chosen.");
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    if (bytes > limit) return refuse(`The upload is larger (${size(bytes)}) than the limit for one upload, ${size(limit)}.`);
    const body = new FormData();
    for (const { file, name } of files) body.append("file", file, name);
    const what = files.length === 1 ? files[0].name : `${files.length.toLocaleString("en-GB")} files`;
    text.textContent = `Sending ${what}`;
    bar.value = 0;
    sending.hidden = false;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.api);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    };
    request.upload.onload = () => {
      text.textContent = `Reading ${what}`;
      bar.removeAttribute("value");
    };
    request.onload = () => {
      const answer = request.response;
      if (answer?.import) location.assign(`${form.dataset.athlete}/imports/${answer.import.id}`);
      else refuse(answer?.detail ?? `The service answered ${request.status}.`);
    };
    request.onerror = () => refuse("The connection broke off. Files that were taken in stand below after a reload; send the rest again.");
    request.send(body);
  };

  const named = (file) => ({ file, name: file.webkitRelativePath || file.name });

  // Files of dropped folders, folders within folders included.
  const filesOf = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((found, failed) => entry.file(found, failed));
      return [{ file, name: entry.fullPath.replace(/^\//, "") }];
    }
    const reader = entry.createReader();
    const files = [];
    for (;;) {
      const batch = await new Promise((found, failed) => reader.readEntries(found, failed));
      if (batch.length === 0) return files;
      for (const inside of batch) files.push(...(await filesOf(inside)));
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files].map(named)));
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    try {
      send((await Promise.all(entries.map(filesOf))).flat());
    } catch {
      refuse("What was dropped could not be read.");
    }
  });
}
