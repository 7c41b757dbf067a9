{{%AUTOESCAPE context="HTML"}}
{{! WHO, ACTION, OBJECT: the filter; FILTERED; SOME with ENTRY: AT, ENTRY_WHO, ENTRY_ACTION, ENTRY_OBJECT,
    BEFORE, AFTER, ADDRESS; NEWER (NEWER_URL), OLDER (OLDER_URL); NONE_FOUND, NONE_YET. }}
<form class="card" method="get" action="/audit" aria-label="Filter">
<div class="filters">
<div class="field"><label for="f-who">Who</label><input id="f-who" name="who" maxlength="100" value="{{WHO}}" autocomplete="off"></div>
<div class="field"><label for="f-action">Action</label><input id="f-action" name="action" maxlength="60" value="{{ACTION}}" autocomplete="off"></div>
<div class="field"><label for="f-object">Object</label><input id="f-object" name="object" maxlength="100" value="{{OBJECT}}" autocomplete="off"></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/audit">Show all</a>{{/FILTERED}}</div>
</div>
</form>
{{#SOME}}
<section class="card" aria-label="Changes">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of changes">
<table class="stack">
<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Action</th><th scope="col">Object</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Address</th></tr></thead>
<tbody>
{{#ENTRY}}<tr><th scope="row">{{#AT}}<time datetime="{{AT_ISO}}" title="{{AT_FULL}}">{{AT_AGO}}</time>{{/AT}}</th><td data-label="Who">{{ENTRY_WHO}}</td><td data-label="Action">{{ENTRY_ACTION}}</td><td data-label="Object">{{ENTRY_OBJECT}}</td><td data-label="Before"><code>{{BEFORE}}</code></td><td data-label="After"><code>{{AFTER}}</code></td><td data-label="Address">{{ADDRESS}}</td></tr>
{{/ENTRY}}
</tbody>
</table>
</div>
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">That is all.</p>{{/WHOLE}}
</nav>
</section>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No entry matches this filter.</strong> Widen it, or look at all of them.</p><a class="button" href="/audit">Show all</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>Nothing has been changed yet.</strong> Every change made in the console or on the command line is written down here.</p></div>
{{/NONE_YET}}
