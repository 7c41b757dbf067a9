{{%AUTOESCAPE context="HTML"}}
<form class="card form form-wide" method="post" action="/upload/files" enctype="multipart/form-data" id="upload-form">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="drop" id="drop">
<svg class="i drop-mark" aria-hidden="true"><use href="/static/icons.svg#i-upload"/></svg>
<div class="field"><label for="f-file">Files of prices</label><p class="help" id="file-help">CSV or JSON, also packed with gzip or zstd; one or several, up to {{MAX_BYTES}} each. Nothing is stored before you have seen what a file would change.</p><input id="f-file" name="file" type="file" multiple required aria-describedby="file-help"></div>
</div>
<div class="actions"><button class="button button-primary" type="submit">Upload</button><progress id="sent" max="1" value="0" aria-label="Sent" hidden></progress><p class="soft" id="sent-words" role="status"></p></div>
</form>
{{#SOME}}
<section class="card" aria-labelledby="recent-title">
<div class="card-head"><h2 id="recent-title">Recent uploads</h2><p><a href="/loads?kind=upload">What was stored</a></p></div>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of uploads">
<table class="stack stack-counts">
<thead><tr><th scope="col">File</th><th scope="col">State</th><th scope="col">Into</th><th scope="col">Uploaded</th><th scope="col" class="num">New</th><th scope="col" class="num">Same</th><th scope="col" class="num">Changed</th><th scope="col" class="num">Refused</th></tr></thead>
<tbody>
{{#UPLOAD}}<tr><th scope="row" class="words"><a class="file-link" href="/uploads/{{UPLOAD_ID}}">{{FILE_NAME}}</a><span class="sub">{{FILE_BYTES}}</span></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td data-label="Into">{{INTO}}</td><td data-label="Uploaded">{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}<span class="sub">{{WHO}}</span></td><td class="num" data-label="New">{{ROWS_NEW}}</td><td class="num" data-label="Same">{{ROWS_SAME}}</td><td class="num" data-label="Changed">{{ROWS_CHANGED}}</td><td class="num" data-label="Refused">{{#SOME_REFUSED}}<span class="refused-rows">{{ROWS_REFUSED}}</span>{{/SOME_REFUSED}}{{#NONE_REFUSED}}{{ROWS_REFUSED}}{{/NONE_REFUSED}}</td></tr>
{{/UPLOAD}}
</tbody>
</table>
</div>
<nav class="pager" aria-label="Pages">
{{#NEWEST}}<a class="button" href="/upload" rel="prev">← Newest</a>{{/NEWEST}}
{{#OLDER}}<a class="button" href="/upload?before={{OLDER_ID:u}}" rel="next">Older →</a>{{/OLDER}}
</nav>
</section>
{{/SOME}}
{{#NONE_YET}}<div class="empty"><p><strong>No file has been uploaded yet.</strong> Choose one above: a vendor's download of daily or minute prices is recognised by itself. It is checked first, and stored when you say so.</p></div>{{/NONE_YET}}
<div class="grid grid-2">
<section class="card" aria-labelledby="curl-title">
<h2 id="curl-title">From a script</h2>
<p>With a token of scope <em>upload</em>, each file in one line; the answer says where to look:</p>
<pre class="code"><code>curl -T prices.csv -H 'Authorization: Bearer qm_…' {{SITE}}/upload/</code></pre>
<p class="soft">On the server itself: <code>quotemill import prices.csv</code></p>
</section>
<section class="card" aria-labelledby="saved-title">
<h2 id="saved-title">Saved mappings</h2>
{{#NO_MAPPINGS}}<p class="soft">None yet. Where a file needs answers, they can be saved by name; the next file with the same header finds them.</p>{{/NO_MAPPINGS}}
{{#MAPPINGS}}<ul class="saved">
{{#MAPPING}}<li><p><strong>{{MAPPING_NAME}}</strong> <span class="soft">by {{MAPPING_BY}}, {{#MAPPING_AT}}<time datetime="{{MAPPING_AT_ISO}}" title="{{MAPPING_AT_FULL}}">{{MAPPING_AT_AGO}}</time>{{/MAPPING_AT}}</span></p><p class="soft words">{{MAPPING_HEADER}}</p><form method="post" action="/mappings/{{MAPPING_ID}}/delete"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger" type="submit">Delete mapping {{MAPPING_NAME}}</button></form></li>
{{/MAPPING}}
</ul>{{/MAPPINGS}}
</section>
</div>
