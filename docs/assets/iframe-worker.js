// Search without a server: for pages that are opened as files browsers start no worker, so it runs in a hidden frame.
(() => {
  if (location.protocol !== "file:") return;

  class FrameWorker extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      const inside = frame.contentWindow;
      const load = (source) =>
        new Promise((loaded, failed) => {
          const script = inside.document.createElement("script");
          script.src = source;
          script.onload = loaded;
          script.onerror = () => failed(new Error(`cannot load ${source}`));
          inside.document.body.append(script);
        });
      inside.importScripts = (...sources) => sources.reduce((before, source) => before.then(() => load(source)), Promise.resolve());
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      this.tell = (data) => inside.dispatchEvent(new inside.MessageEvent("message", { data }));
      this.loaded = load(address);
    }

    postMessage(data) {
      this.loaded.then(() => this.tell(data));
    }
  }

  window.IFrameWorker = FrameWorker; // the search asks for this name to find its files
  window.Worker = FrameWorker;
})();
