{{%AUTOESCAPE context="HTML"}}
<form class="card" method="get" action="/loads" aria-label="Filter">
<div class="filters">
<div class="field {{#ERROR_KIND}}field-bad{{/ERROR_KIND}}"><label for="f-kind">Brought by</label>{{#ERROR_KIND}}<p class="field-error" id="kind-error">{{ERROR_TEXT}}</p>{{/ERROR_KIND}}<select id="f-kind" name="kind" {{#ERROR_KIND}}aria-invalid="true" aria-describedby="kind-error"{{/ERROR_KIND}}><option value="">any</option>{{#KIND_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/KIND_OPTION}}</select></div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_STATE}}field-bad{{/ERROR_STATE}}"><label for="f-state">State</label>{{#ERROR_STATE}}<p class="field-error" id="state-error">{{ERROR_TEXT}}</p>{{/ERROR_STATE}}<select id="f-state" name="state" {{#ERROR_STATE}}aria-invalid="true" aria-describedby="state-error"{{/ERROR_STATE}}><option value="">any</option>{{#STATE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/STATE_OPTION}}</select></div>
<div class="field {{#ERROR_FROM}}field-bad{{/ERROR_FROM}}"><label for="f-from">Came from</label>{{#ERROR_FROM}}<p class="field-error" id="from-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM}}<input id="f-from" name="from" type="{{FROM_TYPE}}" value="{{FROM}}" {{#ERROR_FROM}}aria-invalid="true" aria-describedby="from-error"{{/ERROR_FROM}}></div>
<div class="field {{#ERROR_TO}}field-bad{{/ERROR_TO}}"><label for="f-to">to</label>{{#ERROR_TO}}<p class="field-error" id="to-error">{{ERROR_TEXT}}</p>{{/ERROR_TO}}<input id="f-to" name="to" type="{{TO_TYPE}}" value="{{TO}}" {{#ERROR_TO}}aria-invalid="true" aria-describedby="to-error"{{/ERROR_TO}}></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/loads">Show all</a>{{/FILTERED}}<a class="button" href="{{CSV_URL}}">Download as CSV</a></div>
</div>
</form>
{{#SOME}}
<section class="card" aria-label="Loads">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of loads">
<table class="stack stack-counts">
<thead><tr><th scope="col">Load</th><th scope="col">State</th><th scope="col">Instrument</th><th scope="col">From</th><th scope="col">When</th><th scope="col" class="num">New</th><th scope="col" class="num">Same</th><th scope="col" class="num">Changed</th><th scope="col" class="num">Refused</th></tr></thead>
<tbody>
{{#LOAD}}<tr><th scope="row"><a class="cell-link" href="/loads/{{LOAD_ID}}"><span class="visually-hidden">Load </span>{{LOAD_ID}}</a></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td data-label="Instrument"><a href="{{INSTRUMENT_URL}}">{{SYMBOL}}</a><span class="sub">{{INTERVAL}}</span></td><td data-label="From" class="words">{{FROM_WHAT}}<span class="sub">{{WHO}}</span></td><td data-label="When">{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}</td><td class="num" data-label="New">{{ROWS_NEW}}</td><td class="num" data-label="Same">{{ROWS_SAME}}</td><td class="num" data-label="Changed">{{ROWS_CHANGED}}</td><td class="num" data-label="Refused">{{#SOME_REFUSED}}<span class="refused-rows">{{ROWS_REFUSED}}</span>{{/SOME_REFUSED}}{{#NONE_REFUSED}}0{{/NONE_REFUSED}}</td></tr>
{{/LOAD}}
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
<div class="empty"><p><strong>No load matches this filter.</strong> Widen it, or look at all loads.</p><a class="button" href="/loads">Show all loads</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>Nothing has been loaded yet.</strong> A load is one thing that brought rows in: a provider's answer, or a file. Run the pipeline, or upload one.</p>{{#IS_OPERATOR}}<a class="button button-primary" href="/upload">Upload a file</a>{{/IS_OPERATOR}}</div>
{{/NONE_YET}}
