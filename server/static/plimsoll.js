// Adds comfort; every page works without it.

// A new athlete's time zone is most often that of the browser.
for (const field of document.querySelectorAll("[data-own-zone]")) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

const form = document.getElementById("upload");
if (form) {
  const section = document.getElementById("results");
  const list = section.querySelector("ul");
  const fileLimit = Math.min(Number(form.dataset.fileLimit), Number(form.dataset.requestLimit));
  const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

  const row = (file) => {
    const item = document.createElement("li");
    const pill = document.createElement("span");
    pill.className = "pill";
    pill.textContent = "waiting";
    const name = document.createElement("b");
    name.className = "file";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    item.append(pill, " ", name, " ", bar);
    list.append(item);
    return { item, pill, bar };
  };

  const show = ({ item, pill, bar }, result) => {
    bar.remove();
    pill.textContent = result.result;
    pill.className = `pill ${result.result}`;
    item.className = result.result;
    for (const activity of result.activities) {
      const link = document.createElement("a");
      link.href = `${form.dataset.athlete}/activities/${activity.id}`;
      const km = activity.distance_m == null ? "" : `${(activity.distance_m / 1000).toFixed(1)} km `;
      const day = new Date(`${activity.local_date}T12:00:00`);
      const on = day.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
      link.textContent = `${km}${activity.sport.replaceAll("_", " ")} on ${on}`;
      item.append(link, " ");
    }
    for (const message of result.messages) {
      const note = document.createElement("p");
      note.className = "note";
      note.textContent = message;
      item.append(note);
    }
  };

  const failure = (text) => ({ result: "failed", messages: [text], activities: [] });

  const send = (file, shown) =>
    new Promise((done) => {
      if (file.size > fileLimit) {
        show(shown, failure(`It is larger (${megabytes(file.size)}) than the limit for one file, ${megabytes(fileLimit)}.`));
        return done();
      }
      const body = new FormData();
      body.append("file", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", form.dataset.api);
      request.responseType = "json";
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
      };
      request.onload = () => {
        const answer = request.response;
        const result = Array.isArray(answer) ? answer[0] : undefined;
        show(shown, result ?? failure(answer?.detail ?? `The service answered ${request.status}.`));
        done();
      };
      request.onerror = () => {
        show(shown, failure("The connection broke off. Files marked “new” are stored; send this one again."));
        done();
      };
      request.send(body);
    });

  const sendAll = async (files) => {
    if (files.length === 0) return;
    section.hidden = false;
    list.replaceChildren();
    const rows = files.map((file) => [file, row(file)]);
    section.scrollIntoView({ block: "nearest" });
    for (const [file, shown] of rows) await send(file, shown);
    form.reset();
  };

  // Files of dropped folders, folders within folders included.
  const filesOf = async (entry) => {
    if (entry.isFile) return [await new Promise((found, failed) => entry.file(found, failed))];
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
    sendAll([...form.querySelector("input[type=file]").files]);
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
    sendAll((await Promise.all(entries.map(filesOf))).flat());
  });
}
