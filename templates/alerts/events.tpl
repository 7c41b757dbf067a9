{{%AUTOESCAPE context="HTML"}}
{{>TABS}}
<form class="card" method="get" action="/alerts/events" aria-label="Filter">
{{#OF_RULE}}<p>Of <a href="/alerts/{{RULE_ID}}">rule {{RULE_ID}}</a> only.</p><input type="hidden" name="rule" value="{{RULE_ID}}">{{/OF_RULE}}
{{#OF_INCIDENT}}<p>Of <a href="/incidents/{{INCIDENT_ID}}">incident {{INCIDENT_ID}}</a> only.</p><input type="hidden" name="incident" value="{{INCIDENT_ID}}">{{/OF_INCIDENT}}
<div class="filters">
<div class="field {{#ERROR_KIND}}field-bad{{/ERROR_KIND}}"><label for="f-kind">Kind</label>{{#ERROR_KIND}}<p class="field-error" id="kind-error">{{ERROR_TEXT}}</p>{{/ERROR_KIND}}<select id="f-kind" name="kind" {{#ERROR_KIND}}aria-invalid="true" aria-describedby="kind-error"{{/ERROR_KIND}}><option value="">any</option>{{#KIND_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/KIND_OPTION}}</select></div>
<div class="field {{#ERROR_TOLD}}field-bad{{/ERROR_TOLD}}"><label for="f-told">Seen</label>{{#ERROR_TOLD}}<p class="field-error" id="told-error">{{ERROR_TEXT}}</p>{{/ERROR_TOLD}}<select id="f-told" name="told" {{#ERROR_TOLD}}aria-invalid="true" aria-describedby="told-error"{{/ERROR_TOLD}}><option value="">any</option>{{#TOLD_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/TOLD_OPTION}}</select></div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_FROM}}field-bad{{/ERROR_FROM}}"><label for="f-from">From</label>{{#ERROR_FROM}}<p class="field-error" id="from-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM}}<input id="f-from" name="from" type="{{FROM_TYPE}}" value="{{FROM}}" {{#ERROR_FROM}}aria-invalid="true" aria-describedby="from-error"{{/ERROR_FROM}}></div>
<div class="field {{#ERROR_TO}}field-bad{{/ERROR_TO}}"><label for="f-to">to</label>{{#ERROR_TO}}<p class="field-error" id="to-error">{{ERROR_TEXT}}</p>{{/ERROR_TO}}<input id="f-to" name="to" type="{{TO_TYPE}}" value="{{TO}}" {{#ERROR_TO}}aria-invalid="true" aria-describedby="to-error"{{/ERROR_TO}}></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/alerts/events">Show all</a>{{/FILTERED}}<a class="button" href="{{CSV_URL}}">Download as CSV</a></div>
</div>
</form>
{{#SOME}}
<section class="card" aria-label="Events">
{{>LINES}}
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">{{COUNT_TEXT}}, that is all.</p>{{/WHOLE}}
</nav>
</section>
<p class="soft">Retroactive: found in bars that came or were corrected afterwards. Such events are kept and shown; nobody is told of them.</p>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No event matches this filter.</strong> Widen it, or look at all events.</p><a class="button" href="/alerts/events">Show all events</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>No rule has fired yet.</strong> Each time one fires, resolves, or loses its data, it is written down here.</p><a class="button" href="/alerts">Look at the rules</a></div>
{{/NONE_YET}}
