// The zone of the browser goes with the form; the first empty field has the focus.
document.getElementById("zone").value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const fields = [...document.querySelectorAll("label.ask input")];
(fields.find((field) => !field.value) ?? document.querySelector("button")).focus();
