// What a page without script cannot do. Every page works without it.
"use strict";
// A page that came back with problems is read from its summary.
document.getElementById("problems")?.focus();

// Photos of a phone weigh more than a weak link carries: they are made small before they are sent.
addEventListener("change", async ({ target }) => {
  if (target.type !== "file" || !target.multiple || !window.createImageBitmap) return;
  const small = new DataTransfer();
  for (const file of target.files) small.items.add(await shrink(file));
  target.files = small.files;
});
async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 4e5) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    const name = file.name.replace(/\.\w+$/, "") + ".jpg";
    return blob && blob.size < file.size ? new File([blob], name, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}
