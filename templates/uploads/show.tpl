{{%AUTOESCAPE context="HTML"}}
{{! cgi/page_upload.c sets what is known, cgi/page_upload_form.c what may be
    answered and how the rows are understood. }}
<p class="visually-hidden live-note" id="live-note" role="status" aria-live="polite"></p>
<div class="grid" id="live" data-live="/live/uploads/{{UPLOAD_ID}}" data-words="{{LIVE_WORDS}}" {{#SETTLED}}data-ended=""{{/SETTLED}}>
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div class="verdict-body"><p class="verdict-words">{{HEADLINE}}</p>{{#MORE}}<p>{{MORE_TEXT}}</p>{{/MORE}}
{{#PROGRESS}}<progress id="progress" max="{{PROGRESS_OF}}" value="{{PROGRESS_AT}}" aria-label="Progress">{{PROGRESS_WORDS}}</progress><p class="soft" id="progress-words">{{PROGRESS_WORDS}}</p>{{/PROGRESS}}</div>
</section>
<ol class="stages" aria-label="Steps">
{{#STAGE}}<li class="stage tone-{{STAGE_TONE}}" {{#STAGE_CURRENT}}aria-current="step"{{/STAGE_CURRENT}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{STAGE_SHAPE}}"/></svg><span>{{STAGE_NAME}}<span class="sub">{{STAGE_WORDS}}</span></span></li>{{/STAGE}}
</ol>
{{#ACTIONS}}
<div class="actions">
{{#CAN_STORE}}<form method="post" action="/uploads/{{UPLOAD_ID}}/store"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" id="store" type="submit">{{STORE_WORDS}}</button></form>{{/CAN_STORE}}
{{#CAN_AGAIN}}<form method="post" action="/uploads/{{UPLOAD_ID}}/again"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" id="again" type="submit">Check again</button></form>{{/CAN_AGAIN}}
{{#HAS_LOAD}}<a class="button button-primary" id="load" href="/loads/{{LOAD_ID}}">{{LOAD_WORDS}}</a>{{/HAS_LOAD}}
{{#CAN_STOP}}<form method="post" action="/uploads/{{UPLOAD_ID}}/stop"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger" id="stop" type="submit">Stop</button></form>{{/CAN_STOP}}
{{#CAN_DISCARD}}<form method="post" action="/uploads/{{UPLOAD_ID}}/discard"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger" id="discard" type="submit">Discard {{FILE_SHORT}}</button></form>{{/CAN_DISCARD}}
<a class="button" href="/upload">Upload another file</a>
</div>
{{/ACTIONS}}
{{#SAME}}<div class="notice"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-partial"/></svg><div class="notice-body"><p><strong>The same file is stored already.</strong> Its bytes are those of <a href="/uploads/{{SAME_ID}}">upload {{SAME_ID}}</a>, stored as <a href="/loads/{{SAME_LOAD_ID}}">load {{SAME_LOAD_ID}}</a>.</p></div></div>{{/SAME}}
{{#COUNTS}}
<section class="card" aria-labelledby="counts-title">
<h2 id="counts-title">{{COUNTS_TITLE}}</h2>
<svg class="share" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">{{#PART}}<rect class="share-{{PART_CLASS}}" x="{{PART_X}}" width="{{PART_WIDTH}}" height="20"/>{{/PART}}</svg>
<ul class="shares">
{{#COUNT}}<li><span class="swatch share-{{COUNT_CLASS}}" aria-hidden="true"></span><strong>{{COUNT_ROWS}}</strong> {{COUNT_WORDS}}<span class="sub">{{COUNT_MEANING}}</span></li>{{/COUNT}}
</ul>
</section>
{{/COUNTS}}
{{#REFUSALS}}
<section class="card" aria-labelledby="refusals-title">
<div class="card-head"><h2 id="refusals-title">{{REFUSALS_TITLE}}</h2>{{#HAS_CSV}}<p><a href="/uploads/{{UPLOAD_ID}}/refused.csv" download>Download all as CSV</a></p>{{/HAS_CSV}}</div>
<p class="soft">{{REFUSALS_WORDS}}</p>
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of refused and doubtful rows">
<table class="stack">
<thead><tr><th scope="col" class="num">Line</th><th scope="col">What</th><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Expected</th><th scope="col">In the file</th></tr></thead>
<tbody>
{{#REFUSAL}}<tr><th scope="row" class="num" data-label="Line">{{REFUSAL_LINE}}</th><td><span class="state state-{{REFUSAL_CLASS}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{REFUSAL_SHAPE}}"/></svg>{{REFUSAL_WORD}}</span><span class="sub">{{REFUSAL_SYMBOL}}</span></td><td data-label="Field">{{REFUSAL_FIELD}}</td><td data-label="Value" class="cell-text">{{REFUSAL_VALUE}}</td><td data-label="Expected" class="words">{{REFUSAL_EXPECTED}}</td><td data-label="In the file" class="words"><code>{{REFUSAL_RAW}}</code></td></tr>
{{/REFUSAL}}
</tbody>
</table>
</div>
{{#REFUSALS_CUT}}<p class="soft">{{REFUSALS_CUT_TEXT}}</p>{{/REFUSALS_CUT}}
</section>
{{/REFUSALS}}
{{#FORM}}
<form class="card form form-wide" method="post" action="/uploads/{{UPLOAD_ID}}/check" aria-labelledby="form-title">
<h2 id="form-title">{{FORM_TITLE}}</h2>
<input type="hidden" name="csrf" value="{{CSRF}}">
{{#QUESTION}}
<div class="field {{#Q_ERROR}}field-bad{{/Q_ERROR}}"><label for="f-{{Q_ID}}">{{Q_TEXT}}</label>{{#Q_HINT}}<p class="help" id="{{Q_ID}}-help">{{Q_HINT_TEXT}}</p>{{/Q_HINT}}{{#Q_ERROR}}<p class="field-error" id="{{Q_ID}}-error">{{Q_ERROR_TEXT}}</p>{{/Q_ERROR}}
{{#Q_SELECT}}<select id="f-{{Q_ID}}" name="{{Q_FIELD}}" aria-describedby="{{#Q_HINT}}{{Q_ID}}-help{{/Q_HINT}} {{#Q_ERROR}}{{Q_ID}}-error{{/Q_ERROR}}" {{#Q_ERROR}}aria-invalid="true"{{/Q_ERROR}}><option value="">choose</option>{{#Q_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/Q_OPTION}}</select>{{/Q_SELECT}}
{{#Q_TYPED}}<input id="f-{{Q_ID}}" name="{{Q_FIELD}}" value="{{Q_VALUE}}" list="{{Q_LIST}}" autocomplete="off" maxlength="64" aria-describedby="{{#Q_HINT}}{{Q_ID}}-help{{/Q_HINT}} {{#Q_ERROR}}{{Q_ID}}-error{{/Q_ERROR}}" {{#Q_ERROR}}aria-invalid="true"{{/Q_ERROR}}>{{/Q_TYPED}}
</div>
{{/QUESTION}}
<details class="more" {{#MAPPING_OPEN}}open{{/MAPPING_OPEN}}>
<summary>{{MAPPING_SUMMARY}}</summary>
<div class="field-row">
{{#FIELD}}<div class="field"><label for="f-{{FIELD_ID}}">{{FIELD_LABEL}}</label>{{#FIELD_SELECT}}<select id="f-{{FIELD_ID}}" name="{{FIELD_NAME}}">{{#FIELD_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/FIELD_OPTION}}</select>{{/FIELD_SELECT}}{{#FIELD_TYPED}}<input id="f-{{FIELD_ID}}" name="{{FIELD_NAME}}" value="{{FIELD_VALUE}}" list="{{FIELD_LIST}}" autocomplete="off" maxlength="64">{{/FIELD_TYPED}}</div>{{/FIELD}}
</div>
</details>
<details class="more" {{#NEW_OPEN}}open{{/NEW_OPEN}}>
<summary>The instrument is new</summary>
<div class="field-row">
<div class="field {{#ERROR_NEW_SYMBOL}}field-bad{{/ERROR_NEW_SYMBOL}}"><label for="f-new_symbol">Its symbol here</label>{{#ERROR_NEW_SYMBOL}}<p class="field-error" id="new_symbol-error">{{ERROR_TEXT}}</p>{{/ERROR_NEW_SYMBOL}}<input id="f-new_symbol" name="new_symbol" value="{{NEW_SYMBOL}}" placeholder="{{NEW_HINT}}" maxlength="32" autocomplete="off" spellcheck="false" {{#ERROR_NEW_SYMBOL}}aria-invalid="true" aria-describedby="new_symbol-error"{{/ERROR_NEW_SYMBOL}}></div>
<div class="field"><label for="f-new_title">Name</label><input id="f-new_title" name="new_title" value="{{NEW_TITLE}}" maxlength="100" autocomplete="off"></div>
<div class="field"><label for="f-new_kind">Kind</label><select id="f-new_kind" name="new_kind">{{#NEW_KIND}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/NEW_KIND}}</select></div>
<div class="field"><label for="f-new_currency">Currency</label><input id="f-new_currency" name="new_currency" value="{{NEW_CURRENCY}}" maxlength="5" autocomplete="off" spellcheck="false"></div>
<div class="field"><label for="f-new_calendar">Calendar</label><select id="f-new_calendar" name="new_calendar">{{#NEW_CALENDAR}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/NEW_CALENDAR}}</select></div>
</div>
</details>
<datalist id="symbols">{{#SYMBOL_OPTION}}<option value="{{OPTION}}">{{LABEL}}</option>{{/SYMBOL_OPTION}}</datalist>
<datalist id="zones">{{#ZONE_OPTION}}<option value="{{OPTION}}"></option>{{/ZONE_OPTION}}</datalist>
<div class="field {{#ERROR_SAVE_AS}}field-bad{{/ERROR_SAVE_AS}}"><label for="f-save_as">Save these answers as a mapping named</label><p class="help" id="save_as-help">May be left out. The next file with this header is then understood the same way.</p>{{#ERROR_SAVE_AS}}<p class="field-error" id="save_as-error">{{ERROR_TEXT}}</p>{{/ERROR_SAVE_AS}}<input id="f-save_as" name="save_as" value="{{SAVE_AS}}" maxlength="64" autocomplete="off" aria-describedby="save_as-help {{#ERROR_SAVE_AS}}save_as-error{{/ERROR_SAVE_AS}}" {{#ERROR_SAVE_AS}}aria-invalid="true"{{/ERROR_SAVE_AS}}></div>
<label class="choice"><input type="checkbox" name="auto_store" value="yes" {{#AUTO_STORE}}checked{{/AUTO_STORE}}><span>Store at once when the check refuses nothing</span></label>
<div class="actions"><button class="button {{#FORM_FIRST}}button-primary{{/FORM_FIRST}}" id="check" type="submit">Check the file</button>{{#FORM_PREVIEW}}<button class="button" type="submit" name="look" value="yes">Only show the rows</button>{{/FORM_PREVIEW}}</div>
</form>
{{/FORM}}
{{#PREVIEW}}
<section class="card" aria-labelledby="preview-title">
<h2 id="preview-title">The rows as they will be understood</h2>
<p class="soft">{{PREVIEW_WORDS}}</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="First and last rows">
<table class="preview">
<thead><tr><th scope="col" class="num">Line</th>{{#PREVIEW_MANY}}<th scope="col">Instrument</th>{{/PREVIEW_MANY}}<th scope="col">{{PREVIEW_TIME}}</th>{{#PREVIEW_BARS}}<th scope="col" class="num">Open</th><th scope="col" class="num">High</th><th scope="col" class="num">Low</th>{{/PREVIEW_BARS}}<th scope="col" class="num">{{PREVIEW_CLOSE}}</th>{{#PREVIEW_BARS}}<th scope="col" class="num">Volume</th>{{/PREVIEW_BARS}}<th scope="col">In the file</th></tr></thead>
<tbody>
{{#ROW}}{{#ROW_GAP}}<tr class="gap"><td colspan="{{ROW_COLUMNS}}">… the rows between …</td></tr>{{/ROW_GAP}}<tr><td class="num">{{ROW_LINE}}</td>{{#ROW_MANY}}<td>{{ROW_SYMBOL}}</td>{{/ROW_MANY}}<td class="nowrap">{{ROW_TIME}}</td>{{#ROW_BARS}}<td class="num">{{ROW_OPEN}}</td><td class="num">{{ROW_HIGH}}</td><td class="num">{{ROW_LOW}}</td>{{/ROW_BARS}}<td class="num">{{ROW_CLOSE}}</td>{{#ROW_BARS}}<td class="num">{{ROW_VOLUME}}</td>{{/ROW_BARS}}<td><code>{{ROW_RAW}}</code>{{#ROW_BAD}}<span class="sub refused-rows">{{ROW_BAD_TEXT}}</span>{{/ROW_BAD}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
</section>
{{/PREVIEW}}
<section class="card" aria-labelledby="facts">
<h2 id="facts">The file</h2>
<dl class="facts">
<div class="wide"><dt>Name</dt><dd>{{FILE_NAME}}</dd></div>
<div><dt>Size</dt><dd>{{FILE_BYTES}}</dd></div>
<div><dt>Uploaded</dt><dd>{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}</dd></div>
<div><dt>By</dt><dd>{{WHO}}</dd></div>
<div><dt>Through</dt><dd>{{SOURCE}}</dd></div>
{{#FORMAT}}<div class="wide"><dt>Recognised as</dt><dd>{{FORMAT_TITLE}}</dd></div>
<div class="wide"><dt>Because of</dt><dd>{{FORMAT_WHY}}</dd></div>{{/FORMAT}}
{{#RUN}}<div><dt>Retrained by</dt><dd><a href="/runs/{{RUN_ID}}">run {{RUN_ID}}</a></dd></div>{{/RUN}}
<div class="wide"><dt>Hash of its bytes</dt><dd><code class="hash">{{HASH}}</code></dd></div>
</dl>
{{#NOTES}}<ul class="notes">{{#NOTE}}<li>{{NOTE_TEXT}}</li>{{/NOTE}}</ul>{{/NOTES}}
</section>
</div>
