{{%AUTOESCAPE context="HTML"}}
<form class="card" method="get" action="/runs" aria-label="Filter">
<div class="filters">
<div class="field {{#ERROR_STATE}}field-bad{{/ERROR_STATE}}"><label for="f-state">State</label>{{#ERROR_STATE}}<p class="field-error" id="state-error">{{ERROR_TEXT}}</p>{{/ERROR_STATE}}<select id="f-state" name="state" {{#ERROR_STATE}}aria-invalid="true" aria-describedby="state-error"{{/ERROR_STATE}}><option value="">any</option>{{#STATE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/STATE_OPTION}}</select></div>
<div class="field {{#ERROR_TRIGGER}}field-bad{{/ERROR_TRIGGER}}"><label for="f-trigger">Trigger</label>{{#ERROR_TRIGGER}}<p class="field-error" id="trigger-error">{{ERROR_TEXT}}</p>{{/ERROR_TRIGGER}}<select id="f-trigger" name="trigger" {{#ERROR_TRIGGER}}aria-invalid="true" aria-describedby="trigger-error"{{/ERROR_TRIGGER}}><option value="">any</option>{{#TRIGGER_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/TRIGGER_OPTION}}</select></div>
<div class="field {{#ERROR_MODE}}field-bad{{/ERROR_MODE}}"><label for="f-mode">Mode</label>{{#ERROR_MODE}}<p class="field-error" id="mode-error">{{ERROR_TEXT}}</p>{{/ERROR_MODE}}<select id="f-mode" name="mode" {{#ERROR_MODE}}aria-invalid="true" aria-describedby="mode-error"{{/ERROR_MODE}}><option value="">any</option>{{#MODE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/MODE_OPTION}}</select></div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_FROM}}field-bad{{/ERROR_FROM}}"><label for="f-from">Queued from</label>{{#ERROR_FROM}}<p class="field-error" id="from-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM}}<input id="f-from" name="from" type="{{FROM_TYPE}}" value="{{FROM}}" {{#ERROR_FROM}}aria-invalid="true" aria-describedby="from-error"{{/ERROR_FROM}}></div>
<div class="field {{#ERROR_TO}}field-bad{{/ERROR_TO}}"><label for="f-to">to</label>{{#ERROR_TO}}<p class="field-error" id="to-error">{{ERROR_TEXT}}</p>{{/ERROR_TO}}<input id="f-to" name="to" type="{{TO_TYPE}}" value="{{TO}}" {{#ERROR_TO}}aria-invalid="true" aria-describedby="to-error"{{/ERROR_TO}}></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/runs">Show all</a>{{/FILTERED}}<a class="button" href="{{CSV_URL}}">Download as CSV</a></div>
</div>
</form>
{{#SOME}}
<section class="card" aria-label="Runs">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of runs">
<table class="stack stack-counts dense">
<thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col">Mode</th><th scope="col">Queued</th><th scope="col" class="num">Duration</th><th scope="col" class="num">New</th><th scope="col" class="num">Same</th><th scope="col" class="num">Changed</th><th scope="col" class="num">Refused</th><th scope="col">Who</th></tr></thead>
<tbody>
{{#RUN}}<tr><th scope="row"><a class="cell-link" href="/runs/{{RUN_ID}}"><span class="visually-hidden">Run </span>{{RUN_ID}}</a></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span>{{#STATE_REASON}}<span class="sub">{{STATE_REASON_TEXT}}</span>{{/STATE_REASON}}</td><td data-label="Mode">{{MODE}}{{#RUN_SCOPE}}<span class="sub">{{SCOPE_TEXT}}</span>{{/RUN_SCOPE}}</td><td data-label="Queued">{{#QUEUED}}<time datetime="{{QUEUED_ISO}}" title="{{QUEUED_FULL}}">{{QUEUED_AGO}}</time>{{/QUEUED}}</td><td class="num" data-label="Duration">{{TOOK}}<svg class="bar bar-{{STATE}}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="{{BAR}}" height="6"/></svg></td><td class="num" data-label="New">{{ROWS_NEW}}</td><td class="num" data-label="Same">{{ROWS_SAME}}</td><td class="num" data-label="Changed">{{ROWS_CHANGED}}</td><td class="num" data-label="Refused">{{#SOME_REFUSED}}<span class="refused-rows">{{ROWS_REFUSED}}</span>{{/SOME_REFUSED}}{{#NONE_REFUSED}}0{{/NONE_REFUSED}}</td><td class="name" data-label="Who">{{WHO}}<span class="sub">{{TRIGGER_WORDS}}</span></td></tr>
{{/RUN}}
</tbody>
</table>
</div>
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">{{COUNT_TEXT}}, that is all.</p>{{/WHOLE}}
</nav>
</section>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No run matches this filter.</strong> Widen it, or look at all runs.</p><a class="button" href="/runs">Show all runs</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>Nothing has run yet.</strong> The schedule starts runs by itself; you can start one now.</p>{{#IS_OPERATOR}}<a class="button button-primary" href="/trigger">Trigger a run</a>{{/IS_OPERATOR}}</div>
{{/NONE_YET}}
