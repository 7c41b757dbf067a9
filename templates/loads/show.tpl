{{%AUTOESCAPE context="HTML"}}
<p class="visually-hidden live-note" id="live-note" role="status" aria-live="polite"></p>
<div class="grid" id="live" data-live="/live/loads/{{LOAD_ID}}" data-words="{{LIVE_WORDS}}" {{#SETTLED}}data-ended=""{{/SETTLED}}>
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words">{{HEADLINE}}</p>{{#MORE}}<p>{{MORE_TEXT}}</p>{{/MORE}}</div>
</section>
{{#UNDO}}
<section class="card" aria-labelledby="undo-title">
<h2 id="undo-title">Undo</h2>
{{#CAN_UNDO}}<p>{{UNDO_WORDS}}</p><div class="actions"><form method="post" action="/loads/{{LOAD_ID}}/undo"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger" id="undo" type="submit">{{UNDO_BUTTON}}</button></form></div>{{/CAN_UNDO}}
{{#NO_UNDO}}<p>This load cannot be undone now: {{OBSTACLE}}</p>{{/NO_UNDO}}
</section>
{{/UNDO}}
<section class="card" aria-labelledby="facts">
<h2 id="facts">Who, when and from what</h2>
<dl class="facts">
<div><dt>Instrument</dt><dd><a href="{{INSTRUMENT_URL}}">{{SYMBOL}}</a> {{INTERVAL}}</dd></div>
<div><dt>By</dt><dd>{{WHO}}</dd></div>
<div><dt>Came</dt><dd>{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}</dd></div>
<div><dt>Stored</dt><dd>{{#STORED}}<time datetime="{{STORED_ISO}}" title="{{STORED_FULL}}">{{STORED_AGO}}</time>{{/STORED}}{{#NOT_STORED}}not stored{{/NOT_STORED}}</dd></div>
{{#UPLOAD}}<div class="wide"><dt>File</dt><dd><a href="/uploads/{{UPLOAD_ID}}">{{UPLOAD_NAME}}</a></dd></div>{{/UPLOAD}}
{{#PROVIDER}}<div><dt>Provider</dt><dd>{{PROVIDER_NAME}} {{PROVIDER_SYMBOL}}</dd></div>
<div class="wide"><dt>Request</dt><dd class="words">{{REQUEST}}</dd></div>{{/PROVIDER}}
{{#BUILT}}<div class="wide"><dt>Built here</dt><dd>{{BUILT_TEXT}}</dd></div>{{/BUILT}}
{{#DECISION}}<div class="wide"><dt>What it is</dt><dd>A {{DECISION_TEXT}}: <a href="/quarantine?load={{LOAD_ID}}&amp;state=all">its rows</a></dd></div>{{/DECISION}}
{{#REASON}}<div class="wide"><dt>Why this provider</dt><dd>{{REASON_TEXT}}</dd></div>{{/REASON}}
{{#RUN}}<div><dt>Run</dt><dd><a href="/runs/{{RUN_ID}}">Run {{RUN_ID}}</a></dd></div>{{/RUN}}
{{#RANGE}}<div><dt>Dates</dt><dd>{{RANGE_TEXT}}</dd></div>{{/RANGE}}
{{#HASH}}<div class="wide"><dt>Raw bytes in the archive</dt><dd><code class="hash">{{HASH_TEXT}}</code> <span class="soft">{{BYTES}}</span></dd></div>{{/HASH}}
</dl>
</section>
<section class="card" aria-labelledby="counts-title">
<h2 id="counts-title">{{COUNTS_TITLE}}</h2>
<svg class="share" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">{{#PART}}<rect class="share-{{PART_CLASS}}" x="{{PART_X}}" width="{{PART_WIDTH}}" height="20"/>{{/PART}}</svg>
<ul class="shares">
{{#COUNT}}<li><span class="swatch share-{{COUNT_CLASS}}" aria-hidden="true"></span><strong>{{COUNT_ROWS}}</strong> {{COUNT_WORDS}}<span class="sub">{{COUNT_MEANING}}</span></li>{{/COUNT}}
</ul>
</section>
{{#SIBLINGS}}
<section class="card" aria-labelledby="siblings-title">
<h2 id="siblings-title">Loads of the same upload</h2>
<p class="soft">They came in one transaction, and are undone together.</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of the loads of this upload">
<table>
<thead><tr><th scope="col">Load</th><th scope="col">Instrument</th><th scope="col" class="num">New</th><th scope="col" class="num">Same</th><th scope="col" class="num">Changed</th><th scope="col" class="num">Refused</th></tr></thead>
<tbody>
{{#SIBLING}}<tr><th scope="row">{{#SIBLING_OTHER}}<a class="cell-link" href="/loads/{{SIBLING_ID}}"><span class="visually-hidden">Load </span>{{SIBLING_ID}}</a>{{/SIBLING_OTHER}}{{#SIBLING_THIS}}this one{{/SIBLING_THIS}}</th><td>{{SIBLING_SYMBOL}}</td><td class="num">{{SIBLING_NEW}}</td><td class="num">{{SIBLING_SAME}}</td><td class="num">{{SIBLING_CHANGED}}</td><td class="num">{{SIBLING_REFUSED}}</td></tr>
{{/SIBLING}}
</tbody>
</table>
</div>
</section>
{{/SIBLINGS}}
{{#DOUBTS}}
<section class="card" aria-labelledby="doubts-title">
<div class="card-head"><h2 id="doubts-title">Refused and doubtful rows</h2><p><a href="/quarantine?load={{LOAD_ID}}&amp;state=all">Decide about them</a></p>{{#HAS_CSV}}<p><a href="/uploads/{{UPLOAD_ID}}/refused.csv" download>Download all as CSV</a></p>{{/HAS_CSV}}</div>
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of refused and doubtful rows">
<table class="stack">
<thead><tr><th scope="col">Time</th><th scope="col">What</th><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Expected</th><th scope="col">As it came</th></tr></thead>
<tbody>
{{#DOUBT}}<tr><th scope="row" class="nowrap">{{DOUBT_TIME}}</th><td><span class="state state-{{DOUBT_CLASS}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{DOUBT_SHAPE}}"/></svg>{{DOUBT_WORD}}</span></td><td data-label="Field">{{DOUBT_FIELD}}</td><td data-label="Value" class="cell-text">{{DOUBT_VALUE}}</td><td data-label="Expected" class="words">{{DOUBT_EXPECTED}}</td><td data-label="As it came" class="words"><code>{{DOUBT_RAW}}</code></td></tr>
{{/DOUBT}}
</tbody>
</table>
</div>
{{#DOUBTS_CUT}}<p class="soft">{{DOUBTS_CUT_TEXT}}</p>{{/DOUBTS_CUT}}
</section>
{{/DOUBTS}}
</div>
